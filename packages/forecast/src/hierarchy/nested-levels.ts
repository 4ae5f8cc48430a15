/** One level of aggregation. Every leaf is part of exactly one of its nodes. */
export interface HierarchyLevel {
  readonly nodes: number;
  /** Node of each leaf, in [0, nodes). */
  readonly of: Int32Array;
}

/** Levels of a hierarchy that nest in one another, as a tree over aggregate nodes. */
export interface NestedLevels {
  /** Positions of these levels, the finest first. */
  readonly chain: readonly number[];
  /** Positions of the levels that cross the chain. */
  readonly crossing: readonly number[];
  /** Aggregate nodes of the chain, children before their parents. */
  readonly order: Int32Array;
  /** Each aggregate node's parent; -1 at the top, and for nodes of crossing levels. */
  readonly parent: Int32Array;
  /** Each leaf's parent: its node at the finest level of the chain. Empty without levels. */
  readonly leafParent: Int32Array;
}

/** Finds levels that nest: from the one of most nodes upwards, each that the chain so far is a refinement of. */
export function nestedLevels(
  leaves: number,
  levels: readonly HierarchyLevel[],
  offsets: readonly number[],
): NestedLevels {
  const byFineness = levels.map((_, l) => l).sort((a, b) => levels[b]!.nodes - levels[a]!.nodes || a - b);
  const parent = new Int32Array(offsets[levels.length]!).fill(-1);
  const chain: number[] = [];
  const crossing: number[] = [];
  for (const l of byFineness) {
    const below = chain.at(-1);
    if (below === undefined) {
      chain.push(l);
      continue;
    }
    const parents = parentsOf(leaves, levels[below]!, levels[l]!);
    if (parents === null) crossing.push(l);
    else {
      parents.forEach((node, child) => {
        parent[offsets[below]! + child] = node < 0 ? -1 : offsets[l]! + node;
      });
      chain.push(l);
    }
  }
  const order = chain.flatMap((l) => Array.from({ length: levels[l]!.nodes }, (_, node) => offsets[l]! + node));
  const finest = chain[0];
  const leafParent = finest === undefined ? new Int32Array(0) : levels[finest]!.of.map((n) => offsets[finest]! + n);
  return { chain, crossing: crossing.sort((a, b) => a - b), order: Int32Array.from(order), parent, leafParent };
}

/** Returns for each node of a finer level the coarser node that has all of its leaves, or null if some node has none. */
function parentsOf(leaves: number, finer: HierarchyLevel, coarser: HierarchyLevel): Int32Array | null {
  const parents = new Int32Array(finer.nodes).fill(-1);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const child = finer.of[leaf]!;
    const node = coarser.of[leaf]!;
    if (parents[child] === -1) parents[child] = node;
    else if (parents[child] !== node) return null;
  }
  return parents;
}
