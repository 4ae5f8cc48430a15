import { checkSeries, type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the observed values of a series in order, missing ones (NaN) dropped and the gap closed: what the unit root
 * tests here are computed on.
 *
 * @throws {RangeError} if a value is infinite or fewer than `minimum` are observed
 */
export function observed(y: Series, minimum: number): Float64Array {
  const values = toFloat64(y);
  return checkSeries(values, minimum) === values.length ? values : values.filter((value) => !Number.isNaN(value));
}
