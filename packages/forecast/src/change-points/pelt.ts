import type { SegmentCost } from "./segment-cost.ts";

/** Looking for starts to give up takes as long as trying them. */
const PRUNE_EVERY = 16;

/**
 * Runs pruned exact linear time segmentation: the starts of the segments after the first that minimise the sum of costs plus a
 * penalty for each. A start is given up once it costs more than the best so far; with a least segment length that only
 * holds for ends `minSize` later, so it is kept until then.
 *
 * @param cost - dividing a segment never raises the sum of its costs
 * @see Killick, Fearnhead & Eckley (2012), doi:10.1080/01621459.2012.737745, section 3
 */
export function pelt(n: number, cost: SegmentCost, penalty: number, minSize: number): number[] {
  const best = new Float64Array(n + 1).fill(Infinity);
  best[0] = -penalty;
  const previous = new Int32Array(n + 1);
  const starts = new Int32Array(n + 1);
  const total = new Float64Array(n + 1);
  /** The first end at which a start need not be tried any more. */
  const until = new Int32Array(n + 1).fill(n + 1);
  let count = 0;
  for (let to = minSize; to <= n; to++) {
    if (best[to - minSize]! < Infinity) starts[count++] = to - minSize;
    cost(best, starts, count, to, total);
    let least = Infinity;
    let at = -1;
    for (let i = 0; i < count; i++)
      if (total[i]! < least) {
        least = total[i]!;
        at = i;
      }
    if (at >= 0) {
      best[to] = least + penalty;
      previous[to] = starts[at]!;
    }
    if (to % PRUNE_EVERY !== 0) continue;
    let survivors = 0;
    for (let i = 0; i < count; i++) {
      const from = starts[i]!;
      if (total[i]! > best[to]! && until[from]! > n) until[from] = to + minSize;
      if (to + 1 < until[from]!) starts[survivors++] = from;
    }
    count = survivors;
  }
  const changes: number[] = [];
  for (let to = previous[n]!; to > 0; to = previous[to]!) changes.push(to);
  return changes.reverse();
}
