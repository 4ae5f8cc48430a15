import { checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";

/** Accuracy of point forecasts. A measure that is not defined for the data is NaN, never Infinity. */
export interface Accuracy {
  readonly me: number;
  readonly rmse: number;
  readonly mae: number;
  readonly mape: number;
  readonly smape: number;
  readonly wape: number;
  readonly mase: number;
  readonly rmsse: number;
}

/** Returns the mean error, `actual - forecast`, in the units of the data; positive when forecasts are too low. */
export function me(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => a - f);
}

/** Returns the root mean squared error, in the units of the data. */
export function rmse(actual: Series, forecast: Series): number {
  return Math.sqrt(average(actual, forecast, (a, f) => (a - f) ** 2));
}

/** Returns the mean absolute error, in the units of the data. */
export function mae(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => Math.abs(a - f));
}

/**
 * Returns the coefficient of determination: 1 - Σ(a - f)² / Σ(a - mean of a)². 1 is best, and 0 is as good as the mean
 * of the actual values. NaN if the actual values do not vary.
 */
export function r2(actual: Series, forecast: Series): number {
  const middle = average(actual, actual, (a) => a);
  const spread = average(actual, actual, (a) => (a - middle) ** 2);
  const squared = average(actual, forecast, (a, f) => (a - f) ** 2);
  return spread > 0 ? 1 - squared / spread : NaN;
}

/**
 * Returns the mean absolute percentage error, 100 |a - f| / |a|, in percent of the actual values; NaN if an actual
 * value is 0.
 */
export function mape(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => (a === 0 ? NaN : (100 * Math.abs(a - f)) / Math.abs(a)));
}

/**
 * Returns the symmetric mean absolute percentage error, 200 |a - f| / (|a| + |f|), between 0 and 200 (the definition of
 * the M3 competition); a step where both are 0 counts 0.
 *
 * @see Makridakis & Hibon (2000), doi:10.1016/S0169-2070(00)00057-1
 */
export function smape(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => (a === f ? 0 : (200 * Math.abs(a - f)) / (Math.abs(a) + Math.abs(f))));
}

/**
 * Returns the weighted absolute percentage error, 100 Σ|a - f| / Σ|a|, in percent; NaN if every actual value is 0.
 * Unlike `mape`, it allows single zeros.
 *
 * @see Kolassa & Schütz (2007), "Advantages of the MAD/mean ratio over the MAPE", Foresight 6
 */
export function wape(actual: Series, forecast: Series): number {
  const size = average(actual, forecast, (a) => Math.abs(a));
  return size === 0 ? NaN : (100 * mae(actual, forecast)) / size;
}

/**
 * Returns the mean pinball (quantile) loss: p (a - q) where the actual value is above the quantile, (1 - p) (q - a)
 * below. In the units of the data; at p = 0.5 half the mean absolute error.
 *
 * @param quantileForecast - the p-quantile forecast for each step
 * @param p - probability in (0, 1)
 * @throws {RangeError} if the lengths differ or p is out of range
 * @see Gneiting & Raftery (2007), doi:10.1198/016214506000001437
 */
export function pinball(actual: Series, quantileForecast: Series, p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p is ${p}; it must be a probability between 0 and 1`);
  return average(actual, quantileForecast, (a, q) => (a >= q ? p * (a - q) : (1 - p) * (q - a)));
}

/**
 * Returns the mean absolute scaled error: the mean absolute error divided by that of the seasonal naive method in
 * sample. Unitless; a value below 1 is better than naive. Missing values of `training` are left out of its mean.
 *
 * @param actual - observed values over the holdout, length h ≥ 1
 * @param forecast - point forecasts for the same h steps, same units as `actual`
 * @param training - the series the model was fitted to
 * @param period - observations per season; 1 for a non-seasonal series
 * @returns a value ≥ 0; NaN if an input is NaN, or if `training` has no pair one season apart or repeats exactly there
 * @throws {RangeError} if the lengths differ
 * @see Hyndman & Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001
 */
export function mase(actual: Series, forecast: Series, training: Series, period = 1): number {
  return scaled(mae(actual, forecast), seasonalChange(training, period).absolute);
}

/**
 * Returns the root mean squared scaled error: the square root of the mean squared error divided by that of the seasonal
 * naive method in sample. The M5 competition uses period 1 and counts `training` from its first nonzero value; here all
 * of `training` counts. Same parameters, NaN rules and errors as `mase`.
 *
 * @see Makridakis, Spiliotis & Assimakopoulos (2022), doi:10.1016/j.ijforecast.2021.11.013
 */
export function rmsse(actual: Series, forecast: Series, training: Series, period = 1): number {
  return scaled(rmse(actual, forecast), Math.sqrt(seasonalChange(training, period).squared));
}

/** Divides an error by a scale; NaN where there is none. */
export function scaled(error: number, scale: number): number {
  return scale > 0 ? error / scale : NaN;
}

/**
 * Returns the mean size of the changes from one season to the next, absolute and squared; NaN if there is no observed
 * pair.
 */
export function seasonalChange(
  training: Series,
  period: number,
): { readonly absolute: number; readonly squared: number } {
  let absolute = 0;
  let squared = 0;
  let count = 0;
  for (let t = period; t < training.length; t++) {
    const change = training[t]! - training[t - period]!;
    if (Number.isNaN(change)) continue;
    absolute += Math.abs(change);
    squared += change * change;
    count++;
  }
  return { absolute: absolute / count, squared: squared / count };
}

/**
 * Returns all measures at once. Steps without an actual value (NaN) are left out. If no step is left, all measures are
 * NaN.
 *
 * @param options.training - the series the model was fitted to, for `mase` and `rmsse`; without it they are NaN
 * @param options.period - observations per season, for `mase` and `rmsse`
 * @throws {RangeError} if the lengths of `actual` and `forecast` differ
 */
export function accuracy(
  actual: Series,
  forecast: Series,
  options: { training?: Series; period?: number } = {},
): Accuracy {
  checkOptions("accuracy", options, { training: true, period: true });
  if ("mean" in actual || "mean" in forecast)
    throw new RangeError("accuracy takes (actual, forecast.mean), not a whole forecast");
  checkLengths(actual, forecast);
  const { training, period = 1 } = options;
  // One pass: each sum is added to in the order of the steps, as by the measure of its name.
  let count = 0;
  let signed = 0;
  let absolute = 0;
  let squared = 0;
  let percentage = 0;
  let symmetric = 0;
  let size = 0;
  for (let t = 0; t < actual.length; t++) {
    const a = actual[t]!;
    if (Number.isNaN(a)) continue;
    const f = forecast[t]!;
    const error = a - f;
    const distance = Math.abs(error);
    count++;
    signed += error;
    absolute += distance;
    squared += error ** 2;
    percentage += a === 0 ? NaN : (100 * distance) / Math.abs(a);
    symmetric += a === f ? 0 : (200 * distance) / (Math.abs(a) + Math.abs(f));
    size += Math.abs(a);
  }
  const mae = absolute / count;
  const rmse = Math.sqrt(squared / count);
  const meanSize = size / count;
  const change = training === undefined ? undefined : seasonalChange(training, period);
  return {
    me: signed / count,
    rmse,
    mae,
    mape: percentage / count,
    smape: symmetric / count,
    wape: meanSize === 0 ? NaN : (100 * mae) / meanSize,
    mase: change === undefined ? NaN : scaled(mae, change.absolute),
    rmsse: change === undefined ? NaN : scaled(rmse, Math.sqrt(change.squared)),
  };
}

function checkLengths(actual: Series, forecast: Series): void {
  if (actual.length !== forecast.length)
    throw new RangeError(`${actual.length} actual values but ${forecast.length} forecasts; the lengths must agree`);
}

/** Returns the mean over the steps; NaN if there are none. */
function average(actual: Series, forecast: Series, error: (a: number, f: number) => number): number {
  checkLengths(actual, forecast);
  let sum = 0;
  for (let t = 0; t < actual.length; t++) sum += error(actual[t]!, forecast[t]!);
  return sum / actual.length;
}
