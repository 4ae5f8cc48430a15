import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import type { Column, ColumnBatch } from "./column.ts";

const DAY = 86_400_000;

/**
 * Encodes a batch of rows as a Parquet file. NaN becomes NULL. Columns without a NULL are required ones, so that nothing is
 * said of each value; texts that come in runs, as keys and statuses do, are written by dictionary.
 */
export function encodeColumns({ columns }: ColumnBatch): Uint8Array {
  const stored = Object.entries(columns).map(([name, column]) => ({ name, ...physical(column) }));
  const schema: SchemaElement[] = [
    { name: "root", num_children: stored.length },
    ...stored.map(({ name, element, nullable }) => ({
      ...element,
      name,
      repetition_type: nullable ? ("OPTIONAL" as const) : ("REQUIRED" as const),
    })),
  ];
  const columnData = stored.map(({ element: _, nullable: __, ...source }): ColumnSource => source);
  return new Uint8Array(
    parquetWriteBuffer({ columnData, schema, createdBy: "manymodel", rowGroupSize: 100_000, pageSize: 0 }),
  );
}

/** How a column is stored. */
interface Physical {
  readonly element: Pick<SchemaElement, "type" | "converted_type" | "logical_type">;
  readonly nullable: boolean;
  readonly data: ColumnSource["data"];
  readonly encoding?: NonNullable<ColumnSource["encoding"]>;
  readonly statistics?: boolean;
}

function physical(column: Column): Physical {
  switch (column.type) {
    case "number": {
      const stored = { element: { type: "DOUBLE" }, encoding: "PLAIN", statistics: false } as const;
      if (!hasNull(column.values)) return { ...stored, nullable: false, data: column.values };
      return { ...stored, nullable: true, data: withNulls(column.values, (value) => value) };
    }
    case "date":
      return dates(column.values);
    case "timestamp": {
      const element = { type: "INT64", converted_type: "TIMESTAMP_MILLIS" } as const;
      return { element, nullable: true, data: withNulls(column.values, (ms) => new Date(ms)) };
    }
    case "integer":
      return integers(column.values);
    case "boolean": {
      const data = Array.from(column.values, (value) => (value === 2 ? null : value === 1));
      return { element: { type: "BOOLEAN" }, nullable: true, data };
    }
    default: {
      const data = column.values as (string | null)[];
      const element = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
      const encoding = inRuns(data) ? { encoding: "RLE_DICTIONARY" as const } : {};
      return { element, nullable: data.includes(null), data, ...encoding };
    }
  }
}

function dates(values: Float64Array): Physical {
  const element = { type: "INT32", converted_type: "DATE" } as const;
  const day = (ms: number) => Math.floor(ms / DAY);
  if (hasNull(values)) return { element, nullable: true, data: withNulls(values, day) };
  return { element, nullable: false, data: Int32Array.from(values, day) };
}

/** In 32 bits where all of them fit: a table's own columns say that they are read as 64. */
function integers(values: readonly (bigint | null)[]): Physical {
  const small = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] === null ? NaN : Number(values[i]);
    small[i] = value;
    if (small[i] === value) continue;
    const fits = values.every((v) => v === null || BigInt.asIntN(32, v) === v);
    if (fits)
      return { element: { type: "INT32" }, nullable: true, data: values.map((v) => (v === null ? v : Number(v))) };
    return { element: { type: "INT64" }, nullable: true, data: values as (bigint | null)[] };
  }
  return { element: { type: "INT32" }, nullable: false, data: small };
}

function hasNull(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) return true;
  return false;
}

function withNulls<T>(values: Float64Array, convert: (value: number) => T): (T | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : convert(value)));
}

/** Whether at most every other value differs from the one before. */
function inRuns(values: readonly (string | null)[]): boolean {
  let changes = 0;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) changes++;
  return 2 * changes <= values.length;
}
