import type { Hierarchy } from "./hierarchy.ts";

/**
 * The historical shares that a top-down split follows: the mean over times of the shares, or the shares of the means.
 */
export type HistoricalProportions = "average-proportions" | "proportions-of-averages";

/**
 * Returns each leaf's historical share of its top node: average historical proportions, the mean over times of
 * y_leaf/y_top, or proportions of historical averages, Σ y_leaf / Σ y_top. If leaves of both signs cancel to less than
 * half of the sum of their sizes, the proportions of their sizes are used, so no share exceeds 2.
 *
 * @param history - one vector over the leaves for each time, in the units of the data; NaN (missing) counts as 0. A
 *   time at which all leaves of a top node are 0 does not count towards their shares
 * @returns shares by leaf, which add up to 1 below each top node; equal shares if no time counts
 * @throws {RangeError} if a vector's length is not the number of leaves
 * @see Gross & Sohl (1990), doi:10.1002/for.3980090304
 */
export function historicalProportions(
  hierarchy: Hierarchy,
  history: readonly Float64Array[],
  kind: HistoricalProportions = "proportions-of-averages",
): Float64Array {
  const { leaves } = hierarchy;
  const top = topNodes(hierarchy);
  const sums = new Float64Array(leaves);
  for (const at of history) {
    if (at.length !== leaves)
      throw new RangeError(`history has ${at.length} values at a time; it must have one for each of ${leaves} leaves`);
    const filled = at.map((y) => (Number.isNaN(y) ? 0 : y));
    const added = kind === "average-proportions" ? shares(filled, top) : filled;
    for (let leaf = 0; leaf < leaves; leaf++) sums[leaf]! += added[leaf]!;
  }
  const sizes = totals(sums.map(Math.abs), top);
  const equal = shares(new Float64Array(leaves).fill(1), top);
  return shares(sums, top).map((share, leaf) => (sizes[top[leaf]!] === 0 ? equal[leaf]! : share));
}

/**
 * Splits the forecasts at the top among the leaves by fixed shares.
 *
 * @param base - base forecasts over all nodes; only those of the top are used
 * @param proportions - each leaf's share of its top node
 * @returns forecasts by leaf
 */
export function splitTop(hierarchy: Hierarchy, base: Float64Array, proportions: Float64Array): Float64Array {
  const top = topNodes(hierarchy);
  return proportions.map((share, leaf) => share * base[top[leaf]!]!);
}

/**
 * Splits the forecasts at the top by forecast proportions: on the way down, each node's forecast is split among its
 * children in proportion to their base forecasts; equally where those are all 0. Of children with both signs, which may
 * cancel, there are no proportions: what the node's forecast differs from their sum is split in proportion to their
 * sizes, so that no child changes by more than that difference. Of one sign, both are the same.
 *
 * @param base - base forecasts over all nodes
 * @param missing - 1 at nodes without one: their children's sum stands for it
 * @returns forecasts by leaf
 * @throws {RangeError} if a level does not nest in the others
 * @see Athanasopoulos, Ahmed & Hyndman (2009), doi:10.1016/j.ijforecast.2008.07.004
 */
export function forecastProportions(
  { nested, aggregates, leaves, levels }: Hierarchy,
  base: Float64Array,
  missing: Uint8Array,
): Float64Array {
  const [crossing] = nested.crossing;
  if (crossing !== undefined)
    throw new RangeError(
      `level ${crossing} of ${levels.length} crosses others; top-down by forecast proportions needs levels that nest, or give proportions`,
    );
  const sums = new Float64Array(aggregates);
  const sizes = new Float64Array(aggregates);
  const children = new Int32Array(aggregates);
  const add = (parent: number, value: number) => {
    sums[parent]! += value;
    sizes[parent]! += Math.abs(value);
    children[parent]!++;
  };
  for (let leaf = 0; leaf < leaves; leaf++) add(nested.leafParent[leaf]!, base[aggregates + leaf]!);
  const totals = new Float64Array(aggregates);
  for (const node of nested.order) {
    totals[node] = missing[node] === 1 ? sums[node]! : base[node]!;
    if (nested.parent[node]! >= 0) add(nested.parent[node]!, totals[node]!);
  }
  const share = (value: number, parent: number) => {
    const sum = sums[parent]!;
    const size = sizes[parent]!;
    if (size === 0) return totals[parent]! / children[parent]!;
    if (Math.abs(sum) === size) return (totals[parent]! * value) / sum;
    return value + ((totals[parent]! - sum) * Math.abs(value)) / size;
  };
  for (let i = nested.order.length - 1; i >= 0; i--) {
    const node = nested.order[i]!;
    if (nested.parent[node]! >= 0) totals[node] = share(totals[node]!, nested.parent[node]!);
  }
  return Float64Array.from({ length: leaves }, (_, leaf) => share(base[aggregates + leaf]!, nested.leafParent[leaf]!));
}

/** Returns each leaf's node at the top of the nested levels. */
export function topNodes({ nested, levels, offsets }: Hierarchy): Int32Array {
  const top = nested.chain.at(-1);
  if (top === undefined)
    throw new RangeError("top-down needs a level above the leaves, and there is none; use bottom-up");
  return levels[top]!.of.map((node) => offsets[top]! + node);
}

/** Sums of the leaves by top node. */
function totals(values: Float64Array, top: Int32Array): Float64Array {
  const sums = new Float64Array(top.reduce((most, node) => Math.max(most, node), 0) + 1);
  for (let leaf = 0; leaf < values.length; leaf++) sums[top[leaf]!]! += values[leaf]!;
  return sums;
}

/** Leaves that cancel to less than this part of the sum of their sizes have shares of sizes. */
const CANCELLED = 0.5;

/** Returns each leaf's share of its top node's sum; 0 where all are 0. */
function shares(values: Float64Array, top: Int32Array): Float64Array {
  const sums = totals(values, top);
  const sizes = totals(values.map(Math.abs), top);
  return values.map((value, leaf) => {
    const [sum, size] = [sums[top[leaf]!]!, sizes[top[leaf]!]!];
    if (size === 0) return 0;
    return Math.abs(sum) < CANCELLED * size ? Math.abs(value) / size : value / sum;
  });
}
