import { zip } from "../../core/aligned.ts";
import type { KeyedHierarchy } from "../../reconcile/declared-hierarchy.ts";

/** A level of a hierarchy, with the node of each leaf. */
export interface Level {
  /** Its columns as `LEVEL` has them: `store,sku`; `total` without any. */
  readonly name: string;
  readonly by: readonly string[];
  /** The table of its base forecasts; undefined where they are sums. */
  readonly table: string | undefined;
  /** The encoded keys of its nodes. */
  readonly keys: readonly string[];
  /** The node of each leaf. */
  readonly of: Int32Array;
}

/** Returns the levels of a hierarchy, those with the fewest nodes first, the leaves last. */
export function levelsOf({ hierarchy, levels: [leaves, ...above] }: KeyedHierarchy): Level[] {
  const itself = { nodes: hierarchy.leaves, of: Int32Array.from({ length: hierarchy.leaves }, (_, leaf) => leaf) };
  const level = (keyed: KeyedHierarchy["levels"][number], of: Int32Array): Level => ({
    ...{ name: keyed.name, by: keyed.by, table: keyed.table, of },
    keys: [...keyed.nodes].sort(([, a], [, b]) => a - b).map(([key]) => key),
  });
  const aggregates = Array.from(zip(above, hierarchy.levels), ([keyed, { of }]) => level(keyed, of));
  aggregates.sort((a, b) => a.keys.length - b.keys.length);
  return leaves === undefined ? aggregates : [...aggregates, level(leaves, itself.of)];
}

/** Tells whether each node of a level lies within one node of another. */
export function refines(fine: Level, coarse: Level): boolean {
  const parents = new Int32Array(fine.keys.length).fill(-1);
  return fine.of.every((node, leaf) => {
    const parent = coarse.of[leaf] ?? -1;
    if (parents[node] === -1) parents[node] = parent;
    return parents[node] === parent;
  });
}

/** Returns the levels that a level's nodes lie in, the coarsest first, and those that its nodes can be split into. */
export function levelsAround(
  levels: readonly Level[],
  level: Level,
): { readonly above: Level[]; readonly below: Level[] } {
  const place = levels.indexOf(level);
  return {
    above: levels.filter((other, i) => i < place && refines(level, other)),
    below: levels.filter((other, i) => i > place && refines(other, level)),
  };
}
