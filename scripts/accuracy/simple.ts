import {
  croston,
  drift,
  type FittedModel,
  forecast,
  mean,
  mstl,
  naive,
  snaive,
  stlf,
} from "../../packages/forecast/src/index.ts";
import { type Reference, reference } from "../../packages/forecast/test/reference.ts";
import { fitAsRecorded, type StlfRecord } from "../../packages/forecast/test/smoothing/stlf-record.ts";
import { m3Series } from "./m3.ts";
import { percent, type Row, type Section, seriesOfReference } from "./report.ts";

const FITS: Readonly<Record<string, (y: Float64Array, period: number) => FittedModel>> = {
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  rwf_drift: (y) => drift(y),
  meanf: (y) => mean(y),
};

/** Returns the section on simple methods: naive, seasonal naive, drift and mean; Croston; MSTL; STL + ETS. */
export function simpleSection(): Section {
  const series = seriesOfReference();
  const range = (y: Float64Array) => {
    const observed = y.filter((value) => !Number.isNaN(value));
    return Math.max(...observed) - Math.min(...observed);
  };
  const row = (label: string, errors: readonly number[], most: number): Row => [
    label,
    `within ${most.toExponential(0)}`,
    `${percent(errors.filter((error) => error <= most).length, errors.length)}; largest ${Math.max(...errors).toExponential(1)}`,
  ];
  const largest = (got: Float64Array, expected: readonly number[], scale: number) =>
    Math.max(...expected.map((value, i) => Math.abs(value - got[i]!) / Math.max(Math.abs(value), scale)));

  const plain = reference<readonly Reference<{ forecast: { mean: number[] } }>[]>("simple")!
    .filter(({ method, ok }) => ok && method in FITS)
    .map(({ id, method, result }) => {
      const { values, frequency } = series.get(id)!;
      const got = forecast(FITS[method]!(values, frequency), { h: result.forecast.mean.length });
      return largest(got.mean, result.forecast.mean, range(values));
    });
  const sparse = reference<readonly (Reference<{ mean: number[] }> & { alpha: number })[]>("croston")!
    .filter(({ ok }) => ok)
    .map(({ id, alpha, result }) => {
      const got = forecast(croston(series.get(id)!.values, { alpha }), { h: result.mean.length });
      return largest(got.mean, result.mean, 0);
    });
  const components = reference<readonly Reference<{ components: Record<string, (number | null)[]> }>[]>("mstl")!
    .filter(({ ok, method }) => ok && method.startsWith("mstl"))
    .map(({ id, method, result }) => {
      const raw = series.get(id)!.values;
      const values = method === "mstl_lambda0" ? raw.map(Math.log) : raw;
      const names = Object.keys(result.components).filter((name) => name.startsWith("Seasonal"));
      const periods = names.map((name) => Number(name.slice("Seasonal".length)));
      const { trend, seasonal } = mstl(values, { periods });
      const off = (got: Float64Array, expected: readonly (number | null)[]) =>
        Math.max(...expected.map((value, t) => Math.abs(got[t]! - value!))) / range(values);
      return Math.max(
        off(trend, result.components.Trend!),
        ...names.map((name, i) => off(seasonal[i]!, result.components[name]!)),
      );
    });
  const m3 = new Map(
    m3Series("sample").map(({ id, training, period }) => [id, { values: training, frequency: period }]),
  );
  const decomposed = (name: string, fitOf?: typeof fitAsRecorded) =>
    reference<readonly Reference<StlfRecord>[]>(name)!
      .filter(({ ok, method }) => ok && method === "stlf")
      .map(({ id, result }) => {
        const { values, frequency } = series.get(id) ?? m3.get(id)!;
        const fit = fitOf?.(result);
        const model = stlf(values, { period: frequency, ...(fit && { fit }) });
        return largest(forecast(model, { h: result.forecast.mean.length }).mean, result.forecast.mean, range(values));
      });
  const free = [...decomposed("simple"), ...decomposed("m3_stlf")];
  return {
    rows: [
      row("naive, seasonal naive, drift, mean: point forecasts against R's, relative", plain, 1e-9),
      row("croston: point forecasts against R's, relative", sparse, 1e-6),
      row("mstl: components against R's, of the series' range", components, 1e-6),
      row("stlf: point forecasts against R's, relative, each at its own optimum", free, 1e-6),
      row("stlf: the same", free, 1e-4),
      row("stlf: classic series, with the ETS parameters R ended at", decomposed("simple", fitAsRecorded), 1e-6),
    ],
    notes:
      "The two records of naive, seasonal naive, drift and mean outside the aim are drift with missing values. Missing values count as time here and not in R: here the line goes through the first and the last observation. The one record of mstl outside has missing values, which R fills in another way, and so has the one record of stlf. The other differences of stlf come from the search of its ETS model.",
  };
}
