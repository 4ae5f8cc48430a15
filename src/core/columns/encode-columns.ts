import { at } from "../aligned.ts";
import type { Column, ColumnBatch, TextRuns } from "./column.ts";
import type { StoredElement } from "./column-chunk.ts";
import { type EncodedValues, encodeNumbers, encodeTextRuns, type StoredNumbers } from "./encode-values.ts";
import { ParquetFile } from "./parquet-file.ts";
import { runsOf, sliceRuns } from "./text-runs.ts";

const DAY = 86_400_000;
const ROWS_PER_GROUP = 100_000;

/**
 * Encodes a batch of rows as a Parquet file. NaN becomes NULL. Columns without a NULL are required ones, so that nothing is
 * said of each value; texts are written by dictionary and in runs, as keys and statuses come, unless most of them differ.
 */
export function encodeColumns({ length, columns }: ColumnBatch): Uint8Array {
  const stored = Object.entries(columns).map(([name, column]) => store(name, column));
  const file = new ParquetFile(
    stored.map(({ element }) => element),
    1024 + 8 * stored.length * length,
  );
  for (let from = 0; from < length; from += ROWS_PER_GROUP) {
    const to = Math.min(length, from + ROWS_PER_GROUP);
    file.addGroup(to - from, (i) => encode(at(stored, i), from, to));
  }
  return file.finish();
}

/** A column as Parquet stores its values. */
type Stored = { readonly element: StoredElement } & (Numbers | { readonly runs: TextRuns });

/** Parquet's type of a column's values. */
type PhysicalType = Pick<StoredElement, "type" | "converted_type">;

interface Numbers {
  readonly values: StoredNumbers;
  /** 1 where there is a value, 0 where there is NULL; left out where all are there. */
  readonly present: Uint8Array | undefined;
}

function store(name: string, column: Column): Stored {
  const element = (stored: PhysicalType, nullable: boolean): { element: StoredElement } => ({
    element: { ...stored, name, repetition_type: nullable ? "OPTIONAL" : "REQUIRED" },
  });
  if (column.type === "string") {
    const runs = runsOf(column);
    return { ...element({ type: "BYTE_ARRAY", converted_type: "UTF8" }, runs.values.includes(null)), runs };
  }
  const present = presence(column);
  const values = physical(column);
  return { ...element(physicalType(column.type, values), present !== undefined), values, present };
}

function physicalType(type: Column["type"], values: Numbers["values"]): PhysicalType {
  if (type === "number") return { type: "DOUBLE" };
  if (type === "boolean") return { type: "BOOLEAN" };
  if (type === "date") return { type: "INT32", converted_type: "DATE" };
  if (type === "timestamp") return { type: "INT64", converted_type: "TIMESTAMP_MILLIS" };
  return { type: values instanceof Int32Array ? "INT32" : "INT64" };
}

/** Returns the values of a column; anything stands for a NULL. */
function physical(column: Exclude<Column, { readonly type: "string" }>): Numbers["values"] {
  const { values } = column;
  switch (column.type) {
    case "number":
    case "boolean":
      return column.values;
    case "date": {
      const days = new Int32Array(values.length);
      let row = 0;
      for (const ms of column.values) days[row++] = Math.floor(ms / DAY);
      return days;
    }
    case "timestamp":
      return BigInt64Array.from(column.values, (ms) => (Number.isNaN(ms) ? 0n : BigInt(Math.trunc(ms))));
    case "integer":
      return integers(column.values);
  }
}

/** Encodes integers in 32 bits where all of them fit. The table's columns say that they are read as 64. */
function integers(values: readonly (bigint | null)[]): Int32Array | BigInt64Array {
  const small = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i] ?? 0);
    small[i] = value;
    if (small[i] !== value) return BigInt64Array.from(values, (wide) => wide ?? 0n);
  }
  return small;
}

/** Returns the rows in which a column has values; undefined if all have one. */
function presence(column: Exclude<Column, { readonly type: "string" }>): Uint8Array | undefined {
  const { values } = column;
  switch (column.type) {
    case "integer":
      return values.includes(null as never)
        ? Uint8Array.from(column.values, (value) => Number(value !== null))
        : undefined;
    case "boolean":
      return column.values.includes(2) ? column.values.map((value) => Number(value !== 2)) : undefined;
    default: {
      // `includes` tells NaN too, and looks at each number without a call.
      if (!column.values.includes(NaN)) return undefined;
      const present = new Uint8Array(values.length);
      for (let row = 0; row < values.length; row++) present[row] = Number(!Number.isNaN(values[row]));
      return present;
    }
  }
}

function encode(column: Stored, from: number, to: number): EncodedValues {
  if (!("runs" in column)) return encodeNumbers(column.values.subarray(from, to), column.present?.subarray(from, to));
  const whole = from === 0 && to === (column.runs.ends.at(-1) ?? 0);
  return encodeTextRuns(
    whole ? column.runs : sliceRuns(column.runs, from, to),
    column.element.repetition_type === "OPTIONAL",
  );
}
