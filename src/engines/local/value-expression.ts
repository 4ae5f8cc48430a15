import type { ColumnType } from "../../core/columns/column.ts";
import { identifier } from "../node/duck.ts";

/** Returns a value as a column in memory holds it: numbers as doubles, times as milliseconds. */
export function valueExpression(
  { name, type }: { readonly name: string; readonly type: ColumnType | null },
  table = "",
): string {
  const column = `${table}${identifier(name)}`;
  switch (type) {
    case "date":
    case "timestamp":
      return `epoch_us(CAST(${column} AS TIMESTAMP)) / 1000.0`;
    case "boolean":
      return column;
    case "string":
      return `CAST(${column} AS VARCHAR)`;
    default:
      return `CAST(${column} AS DOUBLE)`;
  }
}
