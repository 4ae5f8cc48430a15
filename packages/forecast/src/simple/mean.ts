import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { studentQuantile } from "../stats/distribution.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";

/** A fitted mean model: independent observations about a constant. */
export interface MeanModel {
  readonly kind: "mean";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly mean: number;
  /** Sample variance (divisor nobs - 1); 0 for a single observation. */
  readonly sigma2: number | null;
}

/**
 * Returns the mean method: every forecast is the average of all observations. Intervals use Student's t with nobs - 1
 * degrees of freedom and include the uncertainty of the mean.
 *
 * @param y - observations; missing values (NaN) are left out
 * @throws {RangeError} if no value is observed or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function mean(y: Series): MeanModel {
  const series = toFloat64(y);
  const nobs = checkSeries(series);
  // By index: an iterator allocates an object for each value.
  let sum = 0;
  for (let t = 0; t < series.length; t++) if (!Number.isNaN(series[t]!)) sum += series[t]!;
  const average = sum / nobs;
  let squares = 0;
  for (let t = 0; t < series.length; t++) if (!Number.isNaN(series[t]!)) squares += (series[t]! - average) ** 2;
  return { kind: "mean", formatVersion: 1, nobs, mean: average, sigma2: nobs > 1 ? squares / (nobs - 1) : null };
}

export function forecastMean(model: MeanModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const mean = new Float64Array(h).fill(model.mean);
  const se = new Float64Array(h).fill(Math.sqrt((model.sigma2 ?? NaN) * (1 + 1 / model.nobs)));
  const df = Math.max(1, model.nobs - 1);
  return symmetricForecast(mean, se, levels, (p) => studentQuantile(p, df));
}

/** Returns the mean and variance of the old and the new observations together, by Welford's recursion. */
export function updateMean(model: MeanModel, newY: Float64Array): MeanModel {
  let { nobs, mean } = model;
  let squares = (model.sigma2 ?? 0) * (nobs - 1);
  for (const value of newY) {
    if (Number.isNaN(value)) continue;
    const off = value - mean;
    mean += off / ++nobs;
    squares += off * (value - mean);
  }
  return { ...model, nobs, mean, sigma2: nobs > 1 ? squares / (nobs - 1) : null };
}

/** Returns one-step forecasts of a mean model: its mean everywhere. */
export function fittedMean(model: MeanModel, y: Float64Array): Float64Array {
  return new Float64Array(y.length).fill(model.mean);
}
