import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { simpleSmoothing } from "../smoothing/simple-smoothing.ts";
import { checkPeriod, checkSeries, joinObserved, type Series } from "../time/series.ts";
import { adjusted, seasonal, type ThetaSeason, thetaSeason } from "./seasonal-adjustment.ts";

/** A fitted theta model. */
export interface ThetaModel extends AnyModel, ThetaSeason {
  readonly kind: "theta";
  readonly formatVersion: 1;
  readonly period: number;
  /** Number of time steps, missing ones included. */
  readonly length: number;
  readonly alpha: number;
  /** Half the slope of the linear trend of the seasonally adjusted series. */
  readonly drift: number;
  /** The smoothed level before the first and after the last time step, seasonally adjusted. */
  readonly initial: number;
  readonly level: number;
  /** Sum of squared one-step errors of the smoothing, divided by length - 2. */
  readonly sigma2: number;
}

/**
 * Fits the theta method to the seasonally adjusted series: simple exponential smoothing with a drift of half the slope
 * of the linear trend. Intervals are those of the smoothing, not scaled by the seasonal indices, as in R.
 *
 * If the optimum of the smoothing is flat, R's `thetaf` stops short of it. This function reaches it, so forecasts
 * differ there. With missing values, R smooths the longest stretch without missing values, and its forecasts start at
 * the end of that stretch.
 *
 * @param y - observations; missing values are interpolated linearly
 * @param options.period - observations per season; 1 by default
 * @throws {RangeError} if fewer than 3 values are observed, one is infinite, or the period is not allowed
 * @see Assimakopoulos & Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2; Hyndman & Billah (2003),
 *   doi:10.1016/S0169-2070(01)00143-1
 */
export function theta(y: Series, options: { period?: number } = {}): ThetaModel {
  checkOptions("theta", options, { period: true });
  const { period = 1 } = options;
  checkPeriod(period);
  return fitObserved(y, (observed) => fit(observed, period));
}

function fit(values: Float64Array, period: number): ThetaModel {
  checkSeries(values, 3);
  const filled = joinObserved(values);
  const season = thetaSeason(filled, period);
  const plain = adjusted(filled, season);
  const { alpha, initial, level, sse } = simpleSmoothing(plain);
  const n = plain.length;
  let slope = 0;
  for (let t = 0; t < n; t++) slope += (t - (n - 1) / 2) * plain[t]!;
  slope /= (n * (n * n - 1)) / 12;
  const sigma2 = sse / (n - 2);
  return {
    kind: "theta",
    formatVersion: 1,
    period,
    length: n,
    alpha,
    drift: slope / 2,
    initial,
    level,
    ...season,
    sigma2,
  };
}

/** Returns the number of drifts by which the smoothing lags behind after so many steps. */
const lag = (alpha: number, steps: number) => (1 - (1 - alpha) ** steps) / alpha;

export function forecastTheta(model: ThetaModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { alpha, drift, level, length, sigma2 } = model;
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  const behind = lag(alpha, length);
  for (let i = 0; i < h; i++) {
    mean[i] = level + drift * (i + behind);
    se[i] = Math.sqrt(sigma2 * (1 + i * alpha * alpha));
  }
  return symmetricForecast(seasonal(mean, model, length), se, levels);
}

/** Moves the level over adjusted values; at a missing one it stays. `out` gets the one-step forecasts. */
function smooth({ alpha, drift }: ThetaModel, y: Float64Array, from: number, start: number, out?: Float64Array) {
  let level = start;
  for (let t = 0; t < y.length; t++) {
    if (out !== undefined) out[t] = level + drift * lag(alpha, from + t);
    if (!Number.isNaN(y[t]!)) level += alpha * (y[t]! - level);
  }
  return level;
}

/** Returns one-step forecasts of a theta model. */
export function fittedTheta(model: ThetaModel, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  smooth(model, adjusted(joinObserved(y), model), 0, model.initial, out);
  return seasonal(out, model);
}

/** Moves the level; what was estimated stays. */
export function updateTheta(model: ThetaModel, newY: Float64Array): ThetaModel {
  const level = smooth(model, adjusted(newY, model, model.length), model.length, model.level);
  return { ...model, length: model.length + newY.length, level };
}
