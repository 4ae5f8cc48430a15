import type { Column, ColumnBatch, ColumnInfo, ColumnType } from "../core/columns/column.ts";

/** A value as a table function receives or writes it; NULL is undefined. */
export type FunctionValue = number | string | boolean | undefined;

/** Returns rows that a table function received, whose arguments `<prefix>0`… are these columns; integers are read as numbers. */
export function toBatch(
  columns: readonly ColumnInfo[],
  prefix: string,
  rows: readonly { readonly [argument: string]: FunctionValue }[],
): ColumnBatch {
  const data = columns.map(({ name, type }, c): [string, Column] => [
    name,
    toColumn(
      type,
      rows.map((row) => row[`${prefix}${c}`]),
    ),
  ]);
  return { length: rows.length, columns: Object.fromEntries(data) };
}

function toColumn(type: ColumnType, values: readonly FunctionValue[]): Column {
  if (type === "string") return { type, values: values.map((value) => (value === undefined ? null : String(value))) };
  if (type === "boolean")
    return { type, values: Uint8Array.from(values, (value) => (value === undefined ? 2 : Number(value))) };
  const numbers = Float64Array.from(values, (value) => (value === undefined ? NaN : Number(value)));
  return { type: type === "integer" ? "number" : type, values: numbers };
}

const DAY = 86_400_000;

/**
 * Returns a row of a batch as a table function writes it: integers are their text, times whole milliseconds since 1970.
 */
export function valuesOfRow({ columns }: ColumnBatch, row: number): FunctionValue[] {
  return Object.values(columns).map((column) => {
    const value = column.values[row];
    switch (column.type) {
      case "boolean":
        return value === 2 ? undefined : value === 1;
      case "integer":
        return value === null ? undefined : String(value);
      case "string":
        return (value as string | null) ?? undefined;
    }
    const number = value as number;
    if (Number.isNaN(number)) return undefined;
    if (column.type === "number") return number;
    return column.type === "date" ? Math.floor(number / DAY) * DAY : Math.trunc(number);
  });
}
