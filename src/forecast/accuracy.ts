import { type Series, toFloat64 } from "./series.ts";

/** Accuracy of point forecasts. A measure that is not defined for the data is NaN, never Infinity. */
export interface Accuracy {
  readonly me: number;
  readonly rmse: number;
  readonly mae: number;
  readonly mape: number;
  readonly smape: number;
  readonly mase: number;
}

/** Mean error, `actual - forecast`, in the units of the data; positive when forecasts are too low. */
export function me(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => a - f);
}

/** Root mean squared error, in the units of the data. */
export function rmse(actual: Series, forecast: Series): number {
  return Math.sqrt(average(actual, forecast, (a, f) => (a - f) ** 2));
}

/** Mean absolute error, in the units of the data. */
export function mae(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => Math.abs(a - f));
}

/** Mean absolute percentage error, 100 |a - f| / |a|, in percent of the actual value; NaN if any actual value is 0. */
export function mape(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => (a === 0 ? NaN : (100 * Math.abs(a - f)) / Math.abs(a)));
}

/**
 * Symmetric mean absolute percentage error, 200 |a - f| / (|a| + |f|), between 0 and 200 (the definition of the M3
 * competition); a step where both are 0 counts 0.
 *
 * @see Makridakis & Hibon (2000), doi:10.1016/S0169-2070(00)00057-1
 */
export function smape(actual: Series, forecast: Series): number {
  return average(actual, forecast, (a, f) => (a === f ? 0 : (200 * Math.abs(a - f)) / (Math.abs(a) + Math.abs(f))));
}

/**
 * Mean absolute scaled error: the mean absolute error divided by the mean absolute error, in sample, of the seasonal
 * naive method. Unitless; below 1 beats naive. Missing values of `training` are left out of its mean.
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
  let sum = 0;
  let count = 0;
  for (let t = period; t < training.length; t++) {
    const change = Math.abs(training[t]! - training[t - period]!);
    if (!Number.isNaN(change)) {
      sum += change;
      count++;
    }
  }
  return sum > 0 ? mae(actual, forecast) / (sum / count) : NaN;
}

/**
 * All measures at once. Steps whose actual value is missing (NaN) are left out; if none is left, all are NaN.
 *
 * @param options.training - the series the model was fitted to, for `mase`; without it `mase` is NaN
 * @param options.period - observations per season, for `mase`
 * @throws {RangeError} if the lengths of `actual` and `forecast` differ
 */
export function accuracy(
  actual: Series,
  forecast: Series,
  options: { training?: Series; period?: number } = {},
): Accuracy {
  checkLengths(actual, forecast);
  const observed = [...actual].map((_, t) => t).filter((t) => !Number.isNaN(actual[t]!));
  const a = Float64Array.from(observed, (t) => actual[t]!);
  const f = Float64Array.from(observed, (t) => forecast[t]!);
  return {
    me: me(a, f),
    rmse: rmse(a, f),
    mae: mae(a, f),
    mape: mape(a, f),
    smape: smape(a, f),
    mase: options.training === undefined ? NaN : mase(a, f, toFloat64(options.training), options.period ?? 1),
  };
}

function checkLengths(actual: Series, forecast: Series): void {
  if (actual.length !== forecast.length)
    throw new RangeError(`${actual.length} actual values but ${forecast.length} forecasts; the lengths must agree`);
}

/** Mean over the steps; NaN if there are none. */
function average(actual: Series, forecast: Series, error: (a: number, f: number) => number): number {
  checkLengths(actual, forecast);
  let sum = 0;
  for (let t = 0; t < actual.length; t++) sum += error(actual[t]!, forecast[t]!);
  return sum / actual.length;
}
