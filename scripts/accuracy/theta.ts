import { dynamicOptimizedTheta, forecast, theta } from "../../src/forecast/index.ts";
import { type Reference, reference } from "../../test/reference.ts";
import { m3Accuracy, m3Rows, m3Series } from "./m3.ts";
import { percent, type Row, type Section, seriesOfReference } from "./report.ts";

/** Largest relative difference of the point forecasts, record by record, ascending. */
function differences(): number[] {
  const classic = seriesOfReference();
  const m3 = new Map(m3Series("sample").map((series) => [series.id, series]));
  const off: number[] = [];
  for (const name of ["simple", "m3_thetaf"])
    for (const { id, method, ok, result } of reference<readonly Reference<{ forecast: { mean: number[] } }>[]>(name)!) {
      if (method !== "thetaf" || !ok) continue;
      const known = classic.get(id);
      const series = m3.get(id);
      const y = series?.training ?? known!.values;
      const { mean } = forecast(theta(y, { period: series?.period ?? known!.frequency }), {
        h: result.forecast.mean.length,
      });
      off.push(Math.max(...result.forecast.mean.map((value, i) => Math.abs(value - mean[i]!) / Math.abs(value))));
    }
  return off.sort((a, b) => a - b);
}

/** Theta and dynamic optimised theta. */
export function thetaSection(): Section {
  const off = differences();
  const within = (most: number) => percent(off.filter((error) => error <= most).length, off.length);
  const r = { smape: 13.002, mase: 1.458, coverage: 0.874 };
  const dynamic = m3Accuracy(m3Series("sample"), (y, period, h) =>
    forecast(dynamicOptimizedTheta(y, { period }), { h }),
  );
  const rows: Row[] = [
    ["theta: point forecasts within 1e-6 of R's, relative", "≥ 99 %", within(1e-6)],
    ["theta: point forecasts within 1e-4 of R's, relative", "–", within(1e-4)],
    ["theta: largest difference", "–", off.at(-1)!.toExponential(1)],
    ...m3Rows((y, period) => theta(y, { period }), r).map((row): Row => [`theta: ${row[0]}`, row[1], row[2]]),
    ["dynamic theta: M3 sample of 400: mean sMAPE", "< 13.002 (R's thetaf)", dynamic.smape.toFixed(3)],
    ["dynamic theta: M3 sample of 400: mean MASE", "–", dynamic.mase.toFixed(3)],
    ["dynamic theta: M3 sample of 400: coverage of 95 % intervals", "–", dynamic.coverage.toFixed(3)],
  ];
  const notes =
    "R stops the smoothing's search short of the optimum; theta here goes to it, so that forecasts differ where it is flat.";
  return { rows, notes };
}
