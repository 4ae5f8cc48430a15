import type { Series } from "../time/series.ts";

/** The two sums of a CUSUM after each value. */
export interface Cusum {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/**
 * Returns the two-sided tabular cumulative sums (CUSUM) of standardised values: up_t = max(0, up_{t-1} + z_t - k) and
 * down_t = max(0, down_{t-1} - z_t - k). A sum above a decision value h shows that the mean has moved. Nothing is
 * reset.
 *
 * @param z - values with mean 0 and standard deviation 1 while nothing has changed; NaN leaves the sums unchanged
 * @param reference - k ≥ 0, half the shift to detect soonest, in standard deviations
 * @see Page (1954), doi:10.1093/biomet/41.1-2.100
 */
export function cusum(z: Series, reference: number): Cusum {
  if (!(reference >= 0)) throw new RangeError(`reference is ${reference}; it must be at least 0`);
  const up = new Float64Array(z.length);
  const down = new Float64Array(z.length);
  let [above, below] = [0, 0];
  for (let t = 0; t < z.length; t++) {
    if (!Number.isNaN(z[t]!)) {
      above = Math.max(0, above + z[t]! - reference);
      below = Math.max(0, below - z[t]! - reference);
    }
    up[t] = above;
    down[t] = below;
  }
  return { up, down };
}

/**
 * Returns the highest value of a sum at `from` or later, and where the climb to it began: after the sum was last 0.
 */
export function highest(sum: Float64Array, from = 0): { readonly value: number; readonly start: number } {
  let at = -1;
  for (let t = Math.max(0, from); t < sum.length; t++) if (at < 0 || sum[t]! > sum[at]!) at = t;
  if (at < 0 || sum[at] === 0) return { value: 0, start: -1 };
  let start = at;
  while (start > 0 && sum[start - 1]! > 0) start--;
  return { value: sum[at]!, start };
}
