import type { Column, ColumnInfo } from "../core/columns/column.ts";
import type { KeyColumn, KeyValue } from "../core/partition-key.ts";
import { parseTime } from "../model/interval.ts";

/** Returns the type of a key column in a table of results. */
export function outputType({ type }: KeyColumn): ColumnInfo["type"] {
  if (type === "double") return "number";
  return type === "decimal" ? "string" : type;
}

/** Returns the key values as a column of a table of results. */
export function keyColumn({ type }: KeyColumn, values: KeyValue[]): Column {
  switch (type) {
    case "integer":
      return { type, values: values.map((v) => (v === null ? null : BigInt(v as number | bigint))) };
    case "double":
      return { type: "number", values: Float64Array.from(values, (v) => (v === null ? NaN : (v as number))) };
    case "boolean":
      return { type, values: Uint8Array.from(values, (v) => (v === null ? 2 : Number(v))) };
    case "date":
    case "timestamp":
      return { type, values: Float64Array.from(values, (v) => (v === null ? NaN : parseTime(type, v as string))) };
    default:
      return { type: "string", values: values as (string | null)[] };
  }
}
