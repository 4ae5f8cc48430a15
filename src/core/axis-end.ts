import { at } from "./aligned.ts";

/**
 * Returns the end of an axis that starts at `low`: the greatest value that is at most twice as far as the 99th
 * percentile, so that a few distant values do not squeeze the others; the greatest of all where the percentile is `low`
 * itself; `low` without values.
 *
 * @param sorted - ascending
 */
export function axisEnd(sorted: ArrayLike<number>, low: number): number {
  if (sorted.length === 0) return low;
  const most = at(sorted, Math.floor(0.99 * (sorted.length - 1))) - low;
  let last = sorted.length - 1;
  if (most > 0) while (at(sorted, last) - low > 2 * most) last--;
  return at(sorted, last);
}
