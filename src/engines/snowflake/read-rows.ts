import { parquetReadObjects } from "hyparquet";
import type { Column, ColumnInfo } from "../../core/column.ts";
import type { Stage } from "../../ports/stage.ts";

/** The rows of a Parquet file that the account wrote to the stage. */
export async function readRows(stage: Stage, path: string): Promise<Record<string, unknown>[]> {
  const bytes = await stage.get(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return parquetReadObjects({ file });
}

/** Values as a column; integers of a source are read as numbers. */
export function toColumn(type: ColumnInfo["type"], values: readonly unknown[]): Column {
  switch (type) {
    case "string":
      return { type, values: values as (string | null)[] };
    case "boolean":
      return { type, values: Uint8Array.from(values, (value) => (value == null ? 2 : Number(value))) };
    default:
      return {
        type: type === "integer" ? "number" : type,
        values: Float64Array.from(values, (value) => (value == null ? NaN : Number(value))),
      };
  }
}
