import { type BasicType, type ColumnSource, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import type { Column, ColumnBatch } from "./column.ts";

/** Encodes a batch of rows as a Parquet file. NaN becomes NULL. */
export function encodeColumns({ columns }: ColumnBatch): Uint8Array {
  const columnData = Object.entries(columns).map(([name, column]): ColumnSource => ({ name, ...physical(column) }));
  const dates = Object.entries(columns).filter(([, column]) => column.type === "date");
  const schema = schemaFromColumnData({
    columnData,
    // Without a prototype: a column may be called `constructor`.
    schemaOverrides: Object.assign(
      Object.create(null),
      Object.fromEntries(
        dates.map(([name]) => [name, { name, type: "INT32", converted_type: "DATE", repetition_type: "OPTIONAL" }]),
      ),
    ),
  });
  const untyped = columnData.map(({ name, data }): ColumnSource => ({ name, data }));
  return new Uint8Array(
    parquetWriteBuffer({ columnData: untyped, schema, createdBy: "manymodel", rowGroupSize: 100_000 }),
  );
}

/** Dates get their type from the schema's override instead. */
function physical(column: Column): { type?: BasicType; data: ColumnSource["data"] } {
  switch (column.type) {
    case "number":
      return { type: "DOUBLE", data: withNulls(column.values, (value) => value) };
    case "date":
      return { data: withNulls(column.values, (ms) => new Date(ms)) };
    case "timestamp":
      return { type: "TIMESTAMP", data: withNulls(column.values, (ms) => new Date(ms)) };
    case "integer":
      return { type: "INT64", data: column.values as (bigint | null)[] };
    case "boolean":
      return { type: "BOOLEAN", data: Array.from(column.values, (value) => (value === 2 ? null : value === 1)) };
    default:
      return { type: "STRING", data: column.values as (string | null)[] };
  }
}

function withNulls<T>(values: Float64Array, convert: (value: number) => T): (T | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : convert(value)));
}
