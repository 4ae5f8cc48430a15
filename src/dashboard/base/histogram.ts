import type { Histogram } from "../wire.ts";
import { count } from "./count.ts";

/** Counts of values in bins of equal width between two bounds; what is beyond them counts in the outer bins. */
export function histogram(values: Iterable<number>, from: number, to: number, bins: number): Histogram {
  const counts = new Uint32Array(bins);
  const width = (to - from) / bins;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = width > 0 ? Math.floor((value - from) / width) : bins >> 1;
    count(counts, Math.min(bins - 1, Math.max(0, bin)));
  }
  return { from, to, counts: Array.from(counts) };
}
