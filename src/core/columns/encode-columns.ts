import type { SchemaElement, Statistics } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Column, ColumnBatch, TextRuns } from "./column.ts";
import { type EncodedValues, encodeRuns, encodeTexts, type StoredElement, writeColumnChunk } from "./column-chunk.ts";
import { layOut, runsOf, sliceRuns } from "./text-runs.ts";

const DAY = 86_400_000;
const ROWS_PER_GROUP = 100_000;

/**
 * Encodes a batch of rows as a Parquet file. NaN becomes NULL. Columns without a NULL are required ones, so that nothing is
 * said of each value; texts are written by dictionary and in runs, as keys and statuses come, unless most of them differ.
 */
export function encodeColumns({ length, columns }: ColumnBatch): Uint8Array {
  const stored = Object.entries(columns).map(([name, column]) => store(name, column));
  const schema: SchemaElement[] = [
    { name: "root", num_children: stored.length },
    ...stored.map(({ element }) => element),
  ];
  const writer = new ByteWriter(1024 + 8 * stored.length * length);
  const file = new ParquetWriter({ writer, schema, createdBy: "manymodel" });
  for (let from = 0; from < length; from += ROWS_PER_GROUP) {
    const to = Math.min(length, from + ROWS_PER_GROUP);
    const start = writer.offset;
    const chunks = stored.map((column) => writeColumnChunk(writer, column.element, encode(column, from, to)));
    file.row_groups.push({
      columns: chunks,
      total_byte_size: chunks.reduce((sum, { meta_data }) => sum + meta_data.total_uncompressed_size, 0n),
      num_rows: BigInt(to - from),
      total_compressed_size: BigInt(writer.offset - start),
    });
    file.num_rows += BigInt(to - from);
  }
  file.finish();
  return writer.getBytes();
}

/** A column as Parquet stores its values. */
type Stored = { readonly element: StoredElement } & (Numbers | { readonly runs: TextRuns });

/** Parquet's type of a column's values. */
type PhysicalType = Pick<StoredElement, "type" | "converted_type">;

interface Numbers {
  readonly values: Float64Array | Int32Array | BigInt64Array | Uint8Array;
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
    default:
      // `includes` tells NaN too, and looks at each number without a call.
      return column.values.includes(NaN)
        ? Uint8Array.from(column.values, (value) => Number(!Number.isNaN(value)))
        : undefined;
  }
}

function encode(column: Stored, from: number, to: number): EncodedValues {
  return "runs" in column ? encodeText(column, from, to) : encodeNumbers(column, from, to);
}

const EMPTY = new Uint8Array(0);

function encodeNumbers({ element, ...column }: Stored & Numbers, from: number, to: number): EncodedValues {
  const present = column.present?.subarray(from, to);
  const all = column.values.subarray(from, to);
  const values = present === undefined ? all : all.filter((_: unknown, i: number) => present[i] === 1);
  return {
    rows: to - from,
    nulls: to - from - values.length,
    levels: present === undefined ? EMPTY : encodeRuns(present, 1),
    // Parquet is little-endian, as the machines are that Node runs on.
    bytes:
      element.type === "BOOLEAN"
        ? packed(values as Uint8Array)
        : new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    bounds: values instanceof Int32Array || values instanceof BigInt64Array ? boundsOf(values) : undefined,
  };
}

/** Returns the truth values as bits. */
function packed(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  let i = 0;
  for (const value of values) {
    bits[i >> 3]! |= value << (i & 7);
    i++;
  }
  return bits;
}

function boundsOf(values: Int32Array | BigInt64Array): Bounds | undefined {
  let min = values[0];
  if (min === undefined) return undefined;
  let max = min;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min_value: min, max_value: max };
}

type Bounds = Pick<Statistics, "min_value" | "max_value">;

function encodeText({ element, ...column }: Stored & { runs: TextRuns }, from: number, to: number): EncodedValues {
  const whole = from === 0 && to === (column.runs.ends.at(-1) ?? 0);
  const { values, ends } = whole ? column.runs : sliceRuns(column.runs, from, to);
  const positions = new Map<string, number>();
  const places: number[] = [];
  const counts: number[] = [];
  const levels = new Uint8Array(values.length);
  let start = 0;
  const lengths = ends.map((end) => {
    const length = end - start;
    start = end;
    return length;
  });
  let nulls = 0;
  let run = 0;
  for (const text of values) {
    const length = lengths[run]!;
    if (text === null) {
      nulls += length;
    } else {
      levels[run] = 1;
      let place = positions.get(text);
      if (place === undefined) positions.set(text, (place = positions.size));
      places.push(place);
      counts.push(length);
    }
    run++;
  }
  const texts = [...positions.keys()];
  const common = {
    rows: to - from,
    nulls,
    bounds: textBounds(texts),
    levels: element.repetition_type === "REQUIRED" ? EMPTY : encodeRuns(levels, 1, lengths),
  };
  if (2 * texts.length > to - from - nulls)
    return { ...common, bytes: encodeTexts(layOut({ values, ends }).filter((text) => text !== null)) };
  const bitWidth = 32 - Math.clz32(texts.length - 1);
  const indexes = encodeRuns(places, bitWidth, counts);
  const bytes = new Uint8Array(1 + indexes.length);
  bytes[0] = bitWidth;
  bytes.set(indexes, 1);
  return { ...common, bytes, dictionary: { count: texts.length, bytes: encodeTexts(texts) } };
}

/** Returns the first and the last text; none where the order of their characters is not that of their bytes. */
function textBounds(texts: readonly string[]): Bounds | undefined {
  const [first] = texts;
  if (first === undefined || texts.some((text) => /[\ud800-\udfff]/.test(text))) return undefined;
  let [min, max] = [first, first];
  for (const text of texts) {
    if (text < min) min = text;
    if (text > max) max = text;
  }
  return { min_value: min, max_value: max };
}
