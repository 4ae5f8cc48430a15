import { type Hierarchy, hierarchy } from "@manymodel/forecast/hierarchy";
import { at } from "../core/aligned.ts";
import { ManymodelError } from "../core/errors.ts";
import { decodeKey, encodeKey, type KeyColumn, showKey } from "../core/partition-key.ts";
import type { Source } from "../ports/source.ts";

/** A declared level of a hierarchy: the key columns that tell its series apart, none for the total. */
export interface DeclaredLevel {
  readonly by: readonly string[];
  /** The table of its base forecasts, as batch scoring writes it; the sums of the leaves' forecasts when left out. */
  readonly table?: string;
  /** A table of residuals of its base forecasts: the key columns, the time column, and `RESIDUAL`. */
  readonly residuals?: string;
}

/** A level, and where its nodes are among all: `first` and on, found by their encoded keys. */
export interface KeyedLevel extends DeclaredLevel {
  /** Its columns, as people read them. */
  readonly name: string;
  /** Positions of its columns in the hierarchy's. */
  readonly positions: readonly number[];
  readonly first: number;
  readonly nodes: ReadonlyMap<string, number>;
}

/** A declared hierarchy with the keys of its nodes: aggregates level by level, then the leaves. */
export interface KeyedHierarchy {
  readonly hierarchy: Hierarchy;
  /** The leaves' key columns, then those that only aggregates are told apart by. */
  readonly columns: readonly KeyColumn[];
  /** The leaves' level, then the others. */
  readonly levels: readonly KeyedLevel[];
}

/** The levels of a hierarchy: that of the leaves, which has a table, then those above it. */
export type DeclaredLevels = readonly [DeclaredLevel & { readonly table: string }, ...DeclaredLevel[]];

/**
 * Builds the hierarchy of the keys there are.
 *
 * @param leaves - the leaves' encoded keys, their values in the order of the first level's columns
 * @param attributes - a table of the leaves' key columns and of further ones, to group by these
 * @throws {ManymodelError} `usage` for levels that make no hierarchy; `input` for a leaf that has no attributes
 */
export async function declareHierarchy(
  source: Source,
  [leafLevel, ...above]: DeclaredLevels,
  leaves: readonly string[],
  attributes: string | undefined,
): Promise<KeyedHierarchy> {
  const names = columnNames([leafLevel, ...above]);
  const further = names.slice(leafLevel.by.length);
  if (further.length > 0 && attributes === undefined)
    throw new ManymodelError(
      "usage",
      `${further.join(", ")} is no key column of the leaves, which are by ${leafLevel.by.join(", ")}; name a table that has both with --attributes, or the leaves' level first`,
    );
  const keys =
    further.length === 0 || attributes === undefined
      ? leaves.map((leaf) => leaf.split(","))
      : await withAttributes(source, attributes, leafLevel.by, further, leaves);
  let first = 0;
  const keyed = above.map((level): KeyedLevel & { of: Int32Array } => {
    const positions = level.by.map((name) => names.findIndex((other) => alike(other, name)));
    const nodes = new Map<string, number>();
    const of = Int32Array.from(keys, (key) => {
      const text = positions.map((position) => key[position]).join(",");
      const node = nodes.get(text) ?? nodes.size;
      nodes.set(text, node);
      return node;
    });
    const placed = { ...level, name: levelName(level), positions, first, nodes, of };
    first += nodes.size;
    return placed;
  });
  const keyedLevel: KeyedLevel = {
    ...leafLevel,
    name: levelName(leafLevel),
    positions: leafLevel.by.map((_, i) => i),
    first,
    nodes: new Map(leaves.map((leaf, i) => [leaf, i])),
  };
  return {
    hierarchy: hierarchy(
      leaves.length,
      keyed.map(({ nodes, of }) => ({ nodes: nodes.size, of })),
    ),
    columns: names.map((name, i) => ({ name, type: typeOf(keys, i) })),
    levels: [keyedLevel, ...keyed],
  };
}

/** Returns a level as people read it. */
export function levelName({ by }: DeclaredLevel): string {
  return by.join(",") || "total";
}

/** Returns a node of a level as people read it in messages. */
export function showNode({ by }: DeclaredLevel, text: string): string {
  const key = text === "" ? [] : decodeKey(text).key;
  return by.length === 0
    ? "the total"
    : showKey(
        by.map((name) => ({ name, type: "string" })),
        key,
      );
}

export const alike = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Returns all columns of the levels, the leaves' first. */
function columnNames(levels: readonly DeclaredLevel[]): string[] {
  const names: string[] = [];
  const distinct = new Set<string>();
  for (const [i, level] of levels.entries()) {
    const lower = level.by.map((name) => name.toLowerCase());
    const twice = lower.find((name, at) => lower.indexOf(name) < at);
    if (twice !== undefined)
      throw new ManymodelError("usage", `level ${levelName(level)} names column ${twice} twice; name each once`);
    const same = lower.sort().join(",");
    if (distinct.has(same))
      throw new ManymodelError("usage", `level ${levelName(level)} is declared twice; once is enough`);
    distinct.add(same);
    if (i === 0 && level.by.length === 0)
      throw new ManymodelError("usage", "the first level is that of the leaves; it must name their key columns");
    names.push(...level.by.filter((name) => !names.some((other) => alike(other, name))));
  }
  return names;
}

/** Returns the leaves' keys, value by value, with their values of further columns. */
async function withAttributes(
  source: Source,
  table: string,
  by: readonly string[],
  further: readonly string[],
  leaves: readonly string[],
): Promise<string[][]> {
  const snapshot = await source.snapshot({ table, keyColumns: [...by, ...further], columns: [] });
  const rows = new Map<string, string[]>();
  for (const key of await source.keys(snapshot, 0, snapshot.partitions)) {
    const texts = encodeKey(snapshot.keyColumns, key).split(",");
    const leaf = texts.slice(0, by.length).join(",");
    if (rows.has(leaf))
      throw new ManymodelError(
        "input",
        `${showNode({ by }, leaf)} has two rows in ${table} that differ in ${further.join(", ")}; each leaf has one place in the hierarchy`,
      );
    rows.set(leaf, texts);
  }
  return leaves.map((leaf) => {
    const row = rows.get(leaf);
    if (row === undefined)
      throw new ManymodelError("input", `${showNode({ by }, leaf)} is not in ${table}; add a row for it`);
    return row;
  });
}

/** Returns the type of a column's values, that of the first that is not NULL. */
function typeOf(keys: readonly (readonly string[])[], column: number): KeyColumn["type"] {
  for (const key of keys) {
    const [type] = decodeKey(at(key, column)).types;
    if (type != null) return type;
  }
  return "string";
}
