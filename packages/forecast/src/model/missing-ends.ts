import type { Regressors } from "../arima/regressors.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { AnyModel } from "./kind.ts";

/**
 * Fits a model to a series from its first observation to its last: missing values before the first say nothing, and those
 * after the last only say how far ahead forecasts begin. The model notes how many there were on either side.
 *
 * @param y - observations, NaN where missing; one without any is passed on whole
 * @param fit - fits a series that neither begins nor ends with a missing value
 * @throws {RangeError} if a value is infinite, or `fit` throws
 */
export function fitObserved<M extends AnyModel>(y: Series, fit: (observed: Float64Array) => M): M {
  const values = toFloat64(y);
  if (checkSeries(values, 0) === 0) return fit(values);
  const first = startOfObserved(values);
  const end = endOfObserved(values);
  if (first === 0 && end === values.length) return fit(values);
  return trailedBy(ledBy(fit(values.subarray(first, end)), first), values.length - end);
}

/** Returns the position of the first observed value; -1 without any. */
export function startOfObserved(y: Float64Array): number {
  for (let t = 0; t < y.length; t++) if (!Number.isNaN(y[t]!)) return t;
  return -1;
}

/** Returns the position after the last observed value; 0 without any. */
export function endOfObserved(y: Float64Array): number {
  for (let t = y.length; t > 0; t--) if (!Number.isNaN(y[t - 1]!)) return t;
  return 0;
}

/** Returns the rows of regressors from position `first` to before `end`. */
export function rowsOf(xreg: Regressors, first: number, end: number): Record<string, number[]> {
  return Object.fromEntries(Object.entries(xreg).map(([name, column]) => [name, Array.from(column).slice(first, end)]));
}

/** Returns a model whose series had so many missing values before its first observation. */
export function ledBy<M extends AnyModel>(model: M, count: number): M {
  return count > 0 ? { ...model, leading: count } : model;
}

/** Returns a model that stands so many missing values further on. */
export function trailedBy<M extends AnyModel>(model: M, count: number): M {
  const { trailing = 0 } = model;
  return count > 0 ? { ...model, trailing: trailing + count } : model;
}
