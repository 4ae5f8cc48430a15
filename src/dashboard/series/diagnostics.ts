import { acf, type FittedModel, ljungBox } from "@manymodel/forecast";
import { histogram } from "../../core/histogram.ts";
import { finite } from "../partitions/partition-view.ts";
import type { Diagnostics } from "../wire.ts";

const BINS = 24;
const MOST_LAGS = 60;

/** Describes a model's one-step errors; undefined where there are too few, or all are the same. */
export function diagnose(
  residuals: Float64Array,
  model: FittedModel,
  period: number,
): Omit<Diagnostics, "residuals"> | undefined {
  const first = residuals.findIndex((value) => !Number.isNaN(value));
  const errors = residuals.subarray(Math.max(0, first));
  const observed = errors.filter((value) => !Number.isNaN(value));
  const n = observed.length;
  if (first < 0 || n < 8) return undefined;
  const mean = observed.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(observed.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  if (!(sd > 0)) return undefined;
  const maxLag = Math.min(errors.length - 1, MOST_LAGS, Math.max(2 * period, Math.floor(10 * Math.log10(n))));
  const reach = 4 * sd;
  return {
    acf: Array.from(acf(errors, { maxLag }), finite),
    acfBound: 1.96 / Math.sqrt(n),
    histogram: histogram(observed, mean - reach, mean + reach, BINS),
    mean,
    sd,
    ljungBox: testOf(errors, n, model, period),
  };
}

/** Returns twice the season, or 10 lags, as far as a fifth of the errors allows. */
function testOf(errors: Float64Array, n: number, model: FittedModel, period: number): Diagnostics["ljungBox"] {
  const lag = Math.max(1, Math.min(period > 1 ? 2 * period : 10, Math.floor(n / 5)));
  const spent = coefficients(model);
  const { statistic, df, pValue } = ljungBox(errors, { lag, fitted: spent < lag ? spent : 0 });
  return Number.isFinite(pValue) ? { statistic, lag, df, pValue } : null;
}

/** Counts the ARMA coefficients of a model; none for other kinds. */
function coefficients(model: FittedModel): number {
  if (model.kind === "conformal") return coefficients(model.model);
  if (model.kind !== "arima") return 0;
  const { p, q, P, Q } = model.order;
  return p + q + P + Q;
}
