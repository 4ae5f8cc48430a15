import { checkInteger } from "../model/options.ts";
/** A series: observations in time order, equally spaced, NaN where missing. */
export type Series = Float64Array | readonly number[];

/** Returns a series as a `Float64Array`, copied only if it is not one yet. */
export function toFloat64(y: Series): Float64Array {
  return y instanceof Float64Array ? y : Float64Array.from(y);
}

/**
 * Checks what every model asks of a series: no infinite value, and at least `minimum` observed ones.
 *
 * @returns the number of observed (not missing) values
 * @throws {RangeError} naming the rule and the value
 */
export function checkSeries(y: Float64Array, minimum = 1): number {
  let observed = 0;
  for (let t = 0; t < y.length; t++) {
    const value = y[t]!;
    if (value === Infinity || value === -Infinity)
      throw new RangeError(`the series has ${value} at position ${t}; observations must be finite, NaN where missing`);
    if (value === value) observed++;
  }
  if (observed < minimum)
    throw new RangeError(
      `the series has ${observed} observed value${observed === 1 ? "" : "s"} out of ${y.length}; at least ${minimum} ${minimum === 1 ? "is" : "are"} needed`,
    );
  return observed;
}

/** Checks a seasonal period. @throws {RangeError} unless it is an integer of at least 1 */
export function checkPeriod(period: number): void {
  checkInteger("period", period, 1, Infinity, " (1: no seasonality)");
}

/**
 * Returns a copy in which missing values between observations are interpolated linearly; missing values at either end
 * stay missing.
 */
export function joinObserved(y: Float64Array): Float64Array {
  const filled = Float64Array.from(y);
  let last = -1;
  for (let t = 0; t < filled.length; t++) {
    if (Number.isNaN(filled[t]!)) continue;
    const step = (filled[t]! - filled[last]!) / (t - last);
    for (let u = last + 1; last >= 0 && u < t; u++) filled[u] = filled[last]! + step * (u - last);
    last = t;
  }
  return filled;
}

/** Returns a copy in which missing values are interpolated linearly, and extended flat at both ends. */
export function interpolate(y: Float64Array): Float64Array {
  const filled = joinObserved(y);
  const first = filled.findIndex((value) => !Number.isNaN(value));
  if (first < 0) return filled;
  const last = filled.findLastIndex((value) => !Number.isNaN(value));
  return filled.fill(filled[first]!, 0, first).fill(filled[last]!, last + 1);
}
