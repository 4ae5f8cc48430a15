import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { fittedNaive } from "./naive.ts";

/** A fitted random walk with drift. */
export interface DriftModel {
  readonly kind: "drift";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly last: number;
  /** Mean change from one observation to the next. */
  readonly slope: number;
  readonly slopeSe: number;
  /** Variance of the one-step changes about their mean. */
  readonly sigma2: number;
}

/**
 * The drift method (a random walk with drift): forecasts continue the straight line through the first and the last
 * observation. Intervals include the uncertainty of the slope.
 *
 * @param y - observations, at least 3 of them; a change over missing values (NaN) counts as one
 * @throws {RangeError} if there are too few observations, or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function drift(y: Series): DriftModel {
  const series = toFloat64(y);
  const nobs = checkSeries(series, 3);
  const previous = fittedNaive(series, 1);
  const changes = series.map((value, t) => value - previous[t]!).filter((change) => !Number.isNaN(change));
  const slope = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  const sigma2 = changes.reduce((sum, change) => sum + (change - slope) ** 2, 0) / (changes.length - 1);
  const last = series.findLast((value) => !Number.isNaN(value)) ?? NaN;
  const slopeSe = Math.sqrt(sigma2 / changes.length);
  return { kind: "drift", formatVersion: 1, nobs, last, slope, slopeSe, sigma2 };
}

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

/** Slope and variance of the old and the new changes together, by Welford's recursion. */
export function updateDrift(model: DriftModel, newY: Float64Array): DriftModel {
  let { nobs, last, slope } = model;
  let squares = model.sigma2 * (nobs - 2);
  for (const value of newY) {
    if (Number.isNaN(value)) continue;
    const off = value - last - slope;
    slope += off / nobs++;
    squares += off * (value - last - slope);
    last = value;
  }
  const sigma2 = squares / (nobs - 2);
  return { ...model, nobs, last, slope, sigma2, slopeSe: Math.sqrt(sigma2 / (nobs - 1)) };
}

/** One-step forecasts of a random walk with drift; NaN before the first observation. */
export function fittedDrift(model: DriftModel, y: Float64Array): Float64Array {
  return fittedNaive(y, 1).map((previous) => previous + model.slope);
}
