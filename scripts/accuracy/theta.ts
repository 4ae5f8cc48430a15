import { dynamicOptimizedTheta, forecast, theta } from "../../packages/forecast/src/index.ts";
import { smoothWith } from "../../packages/forecast/src/smoothing/simple-smoothing.ts";
import { adjusted } from "../../packages/forecast/src/theta/seasonal-adjustment.ts";
import { interpolate } from "../../packages/forecast/src/time/series.ts";
import { type Reference, reference } from "../../packages/forecast/test/reference.ts";
import { m3Accuracy, m3Rows, m3Series } from "./m3.ts";
import { percent, type Row, type Section, seriesOfReference } from "./report.ts";

interface ThetaRecord {
  readonly alpha: number;
  readonly forecast: { readonly mean: number[] };
}

/**
 * Returns largest relative difference of the point forecasts, record by record, ascending.
 *
 * @param at - "ours": the optimum of the smoothing; "theirs": the alpha R ended at, with its best initial level
 */
function differences(at: "ours" | "theirs"): number[] {
  const classic = seriesOfReference();
  const m3 = new Map(m3Series("sample").map((series) => [series.id, series]));
  const off: number[] = [];
  for (const name of ["simple", "m3_thetaf"])
    for (const { id, method, ok, result } of reference<readonly Reference<ThetaRecord>[]>(name)!) {
      if (method !== "thetaf" || !ok) continue;
      const record = classic.get(id);
      const series = m3.get(id);
      const y = series?.training ?? record!.values;
      const period = series?.period ?? record!.frequency;
      let model = theta(y, { period });
      if (at === "theirs") {
        const { alpha, initial, level } = smoothWith(adjusted(interpolate(y), model), result.alpha);
        model = { ...model, alpha, initial, level };
      }
      const { mean } = forecast(model, { h: result.forecast.mean.length });
      off.push(Math.max(...result.forecast.mean.map((value, i) => Math.abs(value - mean[i]!) / Math.abs(value))));
    }
  return off.sort((a, b) => a - b);
}

/** Returns Theta and dynamic optimised theta. */
export function thetaSection(): Section {
  const off = differences("ours");
  const theirs = differences("theirs");
  const within = (most: number, of = off) => percent(of.filter((error) => error <= most).length, of.length);
  const r = { smape: 13.002, mase: 1.458, coverage: 0.874 };
  const dynamic = m3Accuracy(m3Series("sample"), (y, period, h) =>
    forecast(dynamicOptimizedTheta(y, { period }), { h }),
  );
  const rows: Row[] = [
    ["theta: point forecasts within 1e-6 of R's, relative", "≥ 99 %", within(1e-6)],
    ["theta: point forecasts within 1e-4 of R's, relative", "–", within(1e-4)],
    ["theta: within 1e-6 at the alpha R ended at", "–", within(1e-6, theirs)],
    ["theta: within 1e-4 at the alpha R ended at", "–", within(1e-4, theirs)],
    ["theta: largest difference", "–", off.at(-1)!.toExponential(1)],
    ...m3Rows((y, period) => theta(y, { period }), r).map((row): Row => [`theta: ${row[0]}`, row[1], row[2]]),
    ["dynamic theta: M3 sample of 400: mean sMAPE", "< 13.002 (R's thetaf)", dynamic.smape.toFixed(3)],
    ["dynamic theta: M3 sample of 400: mean MASE", "–", dynamic.mase.toFixed(3)],
    ["dynamic theta: M3 sample of 400: coverage of 95 % intervals", "–", dynamic.coverage.toFixed(3)],
  ];
  const notes = `R stops its search for alpha and the initial level short of the optimum. theta here searches up to the optimum, so forecasts differ where the likelihood is flat. With the alpha and the initial level of R's \`ses\` of the adjusted series (R run again, not in the records), 154 of the 155 agree within 2e-13.

Three series are beyond 1e-4. gold has missing values, which theta here joins linearly. R's smoothing sees only the longest stretch without missing values: 87 of 1,108 values, which end long before the series does. N0704 has two optima, and R's is the worse of the two (alpha 0.342 and a variance 0.9 % greater; here alpha is 0.989). In N0675 alpha is at its lower bound, so the forecasts are the initial level, whose optimum R does not reach.

If the level of a series changes its sign, or a phase of its season is practically closed, theta's seasonal indices are additive. Otherwise they are multiplicative, even if all values are negative (\`packages/forecast/src/theta/seasonal-adjustment.ts\`). For 56 days with one return of 1, R's thetaf forecasts 56.0, 39.5, 31.2, 22.8, 14.6, 6.2, 39.2 for the next week, and theta here 56.0, 39.4, 31.1, 22.7, 14.5, 6.2, 39.4. Both give AirPassengers and its negative the same forecasts, except for the sign.`;
  return { rows, notes };
}
