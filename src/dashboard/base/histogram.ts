import type { Histogram } from "../wire.ts";

/** Counts of values in bins of equal width between two bounds; what is beyond them counts in the outer bins. */
export function histogram(values: ArrayLike<number>, from: number, to: number, bins: number): Histogram {
  const counts = new Array<number>(bins).fill(0);
  const width = (to - from) / bins;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const bin = width > 0 ? Math.floor((value - from) / width) : bins >> 1;
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return { from, to, counts };
}
