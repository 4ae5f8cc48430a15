import type { Hierarchy } from "./hierarchy.ts";

/**
 * An aggregate's variance counts as at least this share of the mean of its level, and of its leaves' sum: a perfect past is
 * no promise.
 */
const LEAST_VARIANCE = 1e-9;

/**
 * Returns variances with a floor at the aggregates. Where an aggregate's past and that of all of its leaves was perfect, none of
 * them could give way: it takes no part, and is their sum.
 */
export function withVarianceFloor(
  { levels, offsets, aggregates, leaves }: Hierarchy,
  variances: Float64Array,
): Float64Array {
  const floored = variances.slice();
  for (const [l, { nodes, of }] of levels.entries()) {
    const levelVariances = floored.subarray(offsets[l]!, offsets[l]! + nodes);
    const finite = levelVariances.filter((variance) => variance < Infinity);
    const mean = finite.reduce((sum, variance) => sum + variance, 0) / finite.length;
    const below = new Float64Array(nodes);
    for (let leaf = 0; leaf < leaves; leaf++) below[of[leaf]!]! += floored[aggregates + leaf]!;
    for (let node = 0; node < nodes; node++)
      levelVariances[node] =
        Math.max(levelVariances[node]!, LEAST_VARIANCE * mean, LEAST_VARIANCE * below[node]!) || Infinity;
  }
  return floored;
}
