import { type HierarchyLevel, type NestedLevels, nestedLevels } from "./nested-levels.ts";

/**
 * A hierarchy of series: leaves, and levels of sums of them. Levels may nest (total, store) or cross (region, product).
 * It represents the summing matrix S without its zeros. A vector over its nodes holds the nodes of the levels first, in
 * the order of the levels, then the leaves.
 */
export interface Hierarchy {
  readonly leaves: number;
  readonly levels: readonly HierarchyLevel[];
  /** Position of each level's first node, and at the end that of the first leaf. */
  readonly offsets: readonly number[];
  /** Number of nodes that are sums. */
  readonly aggregates: number;
  /** All nodes. */
  readonly nodes: number;
  /** The levels that nest in one another, as a tree; all other levels cross them. */
  readonly nested: NestedLevels;
}

/**
 * Returns a hierarchy from its levels.
 *
 * @param leaves - number of leaves, at least 1
 * @param levels - levels of sums, in any order; an empty list for leaves alone
 * @throws {RangeError} if a level does not name a node for each leaf, or has nodes without leaves
 */
export function hierarchy(leaves: number, levels: readonly HierarchyLevel[]): Hierarchy {
  if (!Number.isSafeInteger(leaves) || leaves < 1)
    throw new RangeError(`leaves is ${leaves}; it must be an integer of at least 1`);
  const offsets = [0];
  for (const [l, { nodes, of }] of levels.entries()) {
    if (of.length !== leaves)
      throw new RangeError(`level ${l} has nodes for ${of.length} leaves; it must have a node for each of ${leaves}`);
    const bad = of.findIndex((node) => !(node >= 0 && node < nodes));
    if (bad >= 0)
      throw new RangeError(`leaf ${bad} is part of node ${of[bad]} of level ${l}; its nodes are 0 to ${nodes - 1}`);
    const used = new Set(of).size;
    if (used < nodes)
      throw new RangeError(`level ${l} has ${nodes} nodes, but only ${used} have leaves; leave out the others`);
    offsets.push(offsets[l]! + nodes);
  }
  const aggregates = offsets[levels.length]!;
  const nested = nestedLevels(leaves, levels, offsets);
  return { leaves, levels, offsets, aggregates, nodes: aggregates + leaves, nested };
}

/**
 * Returns a hierarchy from the leaves' keys: a level for each list of key columns. `[]` is the total.
 *
 * @param keys - each column's value for every leaf; equal texts are equal values
 * @param levels - key columns of each level, such as `[[], ["region"], ["product"], ["region", "product"]]`
 * @returns the hierarchy. A level's nodes have the order in which leaves first name them
 * @throws {RangeError} if a column is unknown, or the columns are of different lengths
 */
export function groupedHierarchy(
  keys: Readonly<Record<string, readonly string[]>>,
  levels: readonly (readonly string[])[],
): Hierarchy {
  const names = Object.keys(keys);
  const leaves = keys[names[0] ?? ""]?.length ?? 0;
  const level = (by: readonly string[]): HierarchyLevel => {
    const of = new Int32Array(leaves);
    let nodes = 1;
    for (const name of by) {
      const values = keys[name];
      if (values === undefined) throw new RangeError(`key column ${name} does not exist; use ${names.join(", ")}`);
      if (values.length !== leaves)
        throw new RangeError(
          `key column ${name} has ${values.length} values; it must have ${leaves}, like ${names[0]}`,
        );
      const nodeOf = new Map<string, number>();
      for (let leaf = 0; leaf < leaves; leaf++) {
        const text = `${of[leaf]}:${values[leaf]}`;
        const node = nodeOf.get(text) ?? nodeOf.size;
        nodeOf.set(text, node);
        of[leaf] = node;
      }
      nodes = nodeOf.size;
    }
    return { nodes, of };
  };
  return hierarchy(leaves, levels.map(level));
}

/** Sets the sums of a vector over all nodes from its leaves. Returns the vector. */
export function sumUp({ leaves, levels, offsets, aggregates }: Hierarchy, values: Float64Array): Float64Array {
  values.fill(0, 0, aggregates);
  for (const [l, { of }] of levels.entries()) {
    const offset = offsets[l]!;
    for (let leaf = 0; leaf < leaves; leaf++) values[offset + of[leaf]!]! += values[aggregates + leaf]!;
  }
  return values;
}

/** Returns the difference of each aggregate of a vector over all nodes from the sum of its leaves. */
export function incoherence({ leaves, levels, offsets, aggregates }: Hierarchy, values: Float64Array): Float64Array {
  const differences = values.slice(0, aggregates);
  for (const [l, { of }] of levels.entries()) {
    const offset = offsets[l]!;
    for (let leaf = 0; leaf < leaves; leaf++) differences[offset + of[leaf]!]! -= values[aggregates + leaf]!;
  }
  return differences;
}
