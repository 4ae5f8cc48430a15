/**
 * Returns the median of values in any order: the middle one, or for an even count the mean of the two in the middle. NaN
 * for no values.
 *
 * @param values - without NaN; they are not changed
 */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) return NaN;
  const sum = low + high;
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2;
}

/**
 * Returns the high median of values in any order: the middle one, or for an even count the greater of the two in the
 * middle, so that it is always one of the values. Undefined for no values.
 *
 * @param values - without NaN; they are not changed
 */
export function highMedian(values: ArrayLike<number>): number | undefined {
  return Float64Array.from(values).sort()[values.length >> 1];
}

/** The middle of values, and their deviation from it, which few values far away hardly change. */
export interface Robust {
  readonly middle: number;
  readonly deviation: number;
}

/**
 * Returns the median, and 1.4826 times the median absolute deviation from it: the standard deviation, if the values are normal.
 * NaN for no values.
 *
 * @param values - without NaN; they are not changed
 */
export function robust(values: Float64Array): Robust {
  const middle = median(values);
  return { middle, deviation: 1.4826 * median(values.map((value) => Math.abs(value - middle))) };
}
