import { matchColumn } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Frame } from "../frame.ts";

/** The attributes of a partition by column: a category, or a number. */
export type Attributes = Readonly<Record<string, string | number>>;

/** The most categories of an attribute that count on their own: the most frequent. */
const MOST_CATEGORIES = 30;

/** Returns the newest value of each attribute of a partition; none where it has no value. */
export function attributesOf(data: Frame, names: readonly string[] = []): Attributes {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = newest(data, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function newest(data: Frame, name: string): string | number | undefined {
  const names = data.columns.map((column) => column.name);
  const column = data.columns.find((one) => one.name === matchColumn(names, name));
  if (column === undefined)
    throw new ManymodelError("input", `no column ${show(name)} in the data; it has ${names.join(", ") || "none"}`);
  switch (column.type) {
    case "string":
      return data.strings(column.name).findLast((value) => value !== null) ?? undefined;
    case "boolean":
    case "number":
      return data.series(column.name).findLast((value) => !Number.isNaN(value));
    case "date":
    case "timestamp":
      return data.times(column.name).findLast((value) => !Number.isNaN(value));
    default:
      return undefined;
  }
}

/** Returns attributes as numbers: each category is a feature of its own, `CATEGORY=A`, which is 1. */
export function attributeFeatures(attributes: Attributes): Record<string, number> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) =>
      typeof value === "number" ? [name, value] : [`${name}=${value}`, 1],
    ),
  );
}

/** Returns the features of attributes that partitions have in common: of each attribute its numbers, and the categories of several. */
export function commonAttributes(partitions: readonly Attributes[]): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const attributes of partitions)
    for (const [name, value] of Object.entries(attributes)) {
      const feature = typeof value === "number" ? name : `${name}=${value}`;
      const ofName = counts.get(name) ?? new Map<string, number>();
      ofName.set(feature, (ofName.get(feature) ?? 0) + 1);
      counts.set(name, ofName);
    }
  return [...counts.values()].flatMap((ofName) =>
    [...ofName]
      .filter(([, count]) => count > 1)
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .slice(0, MOST_CATEGORIES)
      .map(([feature]) => feature),
  );
}
