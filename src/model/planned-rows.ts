import { type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import type { Frame } from "./frame.ts";

/**
 * Returns the column that a model forecasts: the one that its exports name as `target` or, where they name none, the only
 * column of numbers that is no key and no time. Undefined where neither says which.
 *
 * @param others - the columns that are keys or the time
 */
export function findTarget(
  exports: unknown,
  columns: readonly ColumnInfo[],
  others: readonly (string | null)[],
): string | undefined {
  const { target } = (exports ?? {}) as { target?: unknown };
  if (typeof target === "string")
    return matchColumn(
      columns.map(({ name }) => name),
      target,
    );
  const taken = new Set(others.map((name) => name?.toLowerCase()));
  const numbers = columns.filter(({ name, type }) => type === "number" && !taken.has(name.toLowerCase()));
  return numbers.length === 1 ? numbers[0]?.name : undefined;
}

/**
 * Returns how many of a partition's rows there are up to the last one with a value of the target. The rows after it are
 * planned: they say what is known ahead, and nothing of the series. All rows where none has a value, or without a target.
 */
export function observedRows(data: Frame, target: string | undefined): number {
  const type = data.columns.find(({ name }) => name === target)?.type;
  if (target === undefined || type === undefined || data.length === 0) return data.length;
  const last = lastValue(data, target, type);
  return last < 0 ? data.length : last + 1;
}

function lastValue(data: Frame, column: string, type: ColumnInfo["type"]): number {
  if (type === "number") return data.numbers(column).findLastIndex((value) => !Number.isNaN(value));
  if (type === "boolean") return data.booleans(column).findLastIndex((value) => value !== null);
  if (type === "string") return data.strings(column).findLastIndex((value) => value !== null);
  return data.length - 1;
}
