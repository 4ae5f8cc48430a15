import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "./prediction.ts";
import { checkSeries, type Series, toFloat64 } from "./series.ts";

/** A fitted random walk with drift. */
export interface DriftModel {
  readonly kind: "drift";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly last: number;
  /** Mean change per step. */
  readonly slope: number;
  readonly slopeSe: number;
  /** Variance of the one-step changes about their mean. */
  readonly sigma2: number;
}

/**
 * The drift method (a random walk with drift): forecasts continue the straight line through the first and the last
 * observation. Intervals include the uncertainty of the slope.
 *
 * @param y - observations, at least 3 of them; with missing values the slope is the mean of the observed changes
 * @throws {RangeError} if there are too few observations or consecutive pairs, or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function drift(y: Series): DriftModel {
  const series = toFloat64(y);
  const nobs = checkSeries(series, 3);
  let sum = 0;
  let count = 0;
  let last = NaN;
  for (let t = 0; t < series.length; t++) {
    if (Number.isNaN(series[t]!)) continue;
    last = series[t]!;
    if (t > 0 && !Number.isNaN(series[t - 1]!)) {
      sum += last - series[t - 1]!;
      count++;
    }
  }
  if (count < 2)
    throw new RangeError(`the series has ${count} pairs of neighbouring observed values; the drift method needs 2`);
  const slope = sum / count;
  let squares = 0;
  for (let t = 1; t < series.length; t++) {
    const deviation = series[t]! - series[t - 1]! - slope;
    if (!Number.isNaN(deviation)) squares += deviation * deviation;
  }
  const sigma2 = squares / (count - 1);
  return { kind: "drift", formatVersion: 1, nobs, last, slope, slopeSe: Math.sqrt(sigma2 / count), sigma2 };
}

/** Forecasts of a random walk with drift. */
export function forecastDrift(model: DriftModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    const step = i + 1;
    mean[i] = model.last + step * model.slope;
    se[i] = Math.sqrt(step * model.sigma2 + (step * model.slopeSe) ** 2);
  }
  return symmetricForecast(mean, se, levels);
}
