import { type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import type { Frame } from "./frame.ts";

/** Returns the column that a model forecasts, which its exports name as `target`; undefined where the data have none. */
export function findTarget(exports: unknown, columns: readonly ColumnInfo[]): ColumnInfo | undefined {
  const { target } = (exports ?? {}) as { target?: unknown };
  if (typeof target !== "string") return undefined;
  const names = columns.map(({ name }) => name);
  return columns[names.indexOf(matchColumn(names, target) ?? "")];
}

/**
 * Returns how many of a partition's rows there are up to the last one with a value of the target. The rows after it are
 * planned: they say what is known ahead, and nothing of the series. All rows without a target.
 */
export function observedRows(data: Frame, target: ColumnInfo | undefined): number {
  if (target?.type === "number") return data.numbers(target.name).findLastIndex((value) => !Number.isNaN(value)) + 1;
  if (target?.type === "boolean") return data.booleans(target.name).findLastIndex((value) => value !== null) + 1;
  // A file's column without any value is read as text.
  if (target?.type === "string") return data.strings(target.name).findLastIndex((value) => value !== null) + 1;
  return data.length;
}
