import { type Grouping, PARTITION_ATTRIBUTES, UNIT_VALUE } from "../core/attributes.ts";
import { type Column, getColumn, matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";

/** The attribute values that a group has in common, by name; null for a missing value. */
export type GroupKey = Readonly<Record<string, string | null>>;

/** The partitions that are meant, with the group and the weight of each. */
export interface GroupedPartitions {
  /** The attributes that tell groups apart, as the table spells them; none: all partitions are one group. */
  readonly by: readonly string[];
  /** The groups, in the order of their first partitions. */
  readonly groups: readonly GroupKey[];
  /** Returns the position of a partition's group, or undefined where the partition is not meant. */
  groupOf(partitionKey: string): number | undefined;
  /** Returns the worth of a unit of a partition; NaN where it is not known. */
  valueOf(partitionKey: string): number;
}

/**
 * Reads the groups of partitions and the worth of their units, as options say. Partitions without attributes are a group of
 * their own, of nulls; with a condition they are not meant.
 *
 * @throws {ManymodelError} `usage` if no attributes are kept, or not this one; `config` for a condition that the database refuses
 */
export async function groupPartitions(
  { source, output }: Pick<Engine, "source" | "output">,
  { group = [], where, weighByValue = false }: Grouping,
): Promise<GroupedPartitions> {
  const groupColumns = typeof group === "string" ? [group] : group;
  if (groupColumns.length === 0 && where === undefined && !weighByValue)
    return { by: [], groups: [{}], groupOf: () => 0, valueOf: () => Number.NaN };
  const columns = (await source.columns(PARTITION_ATTRIBUTES))?.map(({ name }) => name);
  if (columns === undefined)
    throw new ManymodelError(
      "usage",
      "the partitions have no attributes; set source.attributes or source.value in the configuration, and train or score",
    );
  const find = (name: string) => {
    const column = matchColumn(columns, name);
    if (column !== undefined) return column;
    const names = columns.filter((column) => column !== "PARTITION_KEY").join(", ");
    const remedy = name === UNIT_VALUE ? "state source.value" : "add it to source.attributes";
    throw new ManymodelError(
      "usage",
      `${show(name)} is not an attribute of the partitions; they have ${names}; ${remedy}`,
    );
  };
  const by = groupColumns.map(find);
  const read = ["PARTITION_KEY", ...by, ...(weighByValue ? [find(UNIT_VALUE)] : [])];
  const batch = await output.published(PARTITION_ATTRIBUTES, null, [...new Set(read)]);
  const keys = getColumn(batch, "PARTITION_KEY").values as readonly (string | null)[];
  const selection = where === undefined ? undefined : await partitionsWhere(source, where);
  const labels = by.map((name) => textsOf(getColumn(batch, name)));
  const values = weighByValue ? (getColumn(batch, find(UNIT_VALUE)).values as Float64Array) : undefined;
  const groups: GroupKey[] = [];
  const positions = new Map<string, number>();
  const places = new Map<string, { readonly group: number; readonly row: number }>();
  const groupAt = (texts: readonly (string | null)[]) => {
    const text = JSON.stringify(texts);
    const position = positions.get(text);
    if (position !== undefined) return position;
    positions.set(text, groups.length);
    return groups.push(Object.fromEntries(by.map((name, i) => [name, texts[i] ?? null]))) - 1;
  };
  for (const [row, key] of keys.entries())
    if (key !== null && (selection === undefined || selection.has(key)))
      places.set(key, { group: groupAt(labels.map((column) => column(row))), row });
  const without =
    selection === undefined && by.length > 0
      ? groupAt(by.map(() => null))
      : selection === undefined
        ? groupAt([])
        : undefined;
  return {
    by,
    groups,
    groupOf: (key) => places.get(key)?.group ?? without,
    valueOf: (key) => values?.[places.get(key)?.row ?? -1] ?? Number.NaN,
  };
}

/** Returns the keys of the partitions whose attributes meet a condition. */
async function partitionsWhere(source: Engine["source"], where: string): Promise<ReadonlySet<string>> {
  const query = { table: PARTITION_ATTRIBUTES, where, keyColumns: ["PARTITION_KEY"], columns: [] };
  const snapshot = await source.snapshot(query);
  const keys = await source.keys(snapshot, 0, snapshot.partitions);
  return new Set(keys.flatMap(([key]) => (typeof key === "string" ? [key] : [])));
}

/** Returns what reads a column's values as text. */
export function textsOf(column: Column): (row: number) => string | null {
  switch (column.type) {
    case "string":
      return (row) => column.values[row] ?? null;
    case "integer":
      return (row) => column.values[row]?.toString() ?? null;
    case "boolean":
      return (row) => ["false", "true"][column.values[row] ?? 2] ?? null;
    case "number":
      return (row) => (Number.isNaN(column.values[row]) ? null : String(column.values[row]));
    default:
      return (row) => {
        const time = column.values[row] ?? Number.NaN;
        if (Number.isNaN(time)) return null;
        const text = new Date(time).toISOString();
        return column.type === "date" ? text.slice(0, 10) : text;
      };
  }
}
