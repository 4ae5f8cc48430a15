/** Counts of values in bins of equal width between two bounds. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/**
 * Counts values in `bins` bins. Values beyond the bounds count in the outer bins; where the bounds are equal, all count in
 * the middle one. NaN is left out.
 */
export function histogram(values: ArrayLike<number>, from: number, to: number, bins: number): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const bin = to > from ? Math.floor(((value - from) / (to - from)) * bins) : bins >> 1;
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return { from, to, counts };
}
