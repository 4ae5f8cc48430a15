import { zip } from "../../core/aligned.ts";
import type { Column, ColumnInfo } from "../../core/columns/column.ts";
import { offsetsOf } from "../../core/columns/offsets.ts";
import type { PartitionRows } from "../../ports/source.ts";
import { DAY_MS, EPOCH_MS, HEADER_BYTES } from "./binary-rows.ts";

/** A partition as a binary copy gives it: its number, its number of rows, and an array of values for each column. */
interface Tuple {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly rows: number;
  /** The offset of each column's array. */
  readonly arrays: readonly number[];
}

/** Bytes of an array before its first value: dimensions, flags, type, length, lower bound. */
const ARRAY_HEADER = 20;

/** Takes the messages of a binary copy of partitions, and puts their rows together as asked for. */
export class PartitionDecoder {
  readonly #tuples = new Map<number, Tuple>();
  readonly #columns: readonly ColumnInfo[];
  #begun = false;

  constructor(columns: readonly ColumnInfo[]) {
    this.#columns = columns;
  }

  take(message: Uint8Array): void {
    // It is a view of a buffer that is used again.
    const bytes = Buffer.from(message);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = this.#begun ? 0 : HEADER_BYTES;
    this.#begun = true;
    if (at === bytes.length || view.getInt16(at) === -1) return;
    at += 2;
    const ordinal = view.getInt32(at + 4);
    const rows = view.getInt32(at + 12);
    at += 16;
    const arrays: number[] = [];
    for (let c = 0; c < this.#columns.length; c++) {
      arrays.push(at + 4);
      at += 4 + view.getInt32(at);
    }
    this.#tuples.set(ordinal, { bytes, view, rows, arrays });
  }

  /** Tells whether all of some partitions were taken. */
  has(ordinals: readonly number[]): boolean {
    return ordinals.every((ordinal) => this.#tuples.has(ordinal));
  }

  /** Tells whether a partition was taken, and has no rows. */
  isEmpty(ordinal: number): boolean {
    return this.#tuples.get(ordinal)?.rows === 0;
  }

  /** Returns the rows of partitions, in the order asked for. What was not taken has none. */
  rows(ordinals: readonly number[]): PartitionRows {
    const tuples = ordinals.map((ordinal) => this.#tuples.get(ordinal));
    const lengths = tuples.map((tuple) => tuple?.rows ?? 0);
    const length = lengths.reduce((sum, rows) => sum + rows, 0);
    const columns = this.#columns.map(({ type }) => emptyColumn(type, length));
    let start = 0;
    for (const tuple of tuples) {
      if (tuple === undefined) continue;
      for (const [column, array] of zip(columns, tuple.arrays)) decode(column, tuple, array + ARRAY_HEADER, start);
      start += tuple.rows;
    }
    const named = Array.from(zip(this.#columns, columns), ([{ name }, column]) => [name, column] as const);
    return { batch: { length, columns: Object.fromEntries(named) }, offsets: offsetsOf(lengths) };
  }
}

/** Allocates a column. Integers of a source become numbers. */
function emptyColumn(type: ColumnInfo["type"], length: number): Column {
  if (type === "string") return { type, values: new Array<string | null>(length) };
  if (type === "boolean") return { type, values: new Uint8Array(length) };
  return { type: type === "integer" ? "number" : type, values: new Float64Array(length) };
}

function decode(column: Column, tuple: Tuple, at: number, start: number): void {
  const set = setter(column, tuple, start);
  // The dimension's length stands 8 bytes before the values: 1 where a key stands for all rows.
  if (tuple.rows > 1 && tuple.view.getInt32(at - 8) === 1)
    for (let i = 0; i < tuple.rows; i++) set(i, at + 4, tuple.view.getInt32(at));
  else each(tuple, at, set);
}

/** Takes the i-th value of an array: where it begins, and its size; -1: NULL. */
type TakeValue = (i: number, value: number, size: number) => void;

function setter({ type, values }: Column, { bytes, view }: Tuple, start: number): TakeValue {
  switch (type) {
    case "number":
      return (i, value, size) => {
        values[start + i] = size < 0 ? NaN : view.getFloat64(value);
      };
    case "date":
      return (i, value, size) => {
        values[start + i] = size < 0 ? NaN : view.getInt32(value) * DAY_MS + EPOCH_MS;
      };
    case "timestamp":
      return (i, value, size) => {
        values[start + i] = size < 0 ? NaN : (Number(view.getBigInt64(value)) + EPOCH_MS * 1000) / 1000;
      };
    case "boolean":
      return (i, value, size) => {
        values[start + i] = size < 0 ? 2 : view.getUint8(value);
      };
    default: {
      const texts = values as (string | null)[];
      // A key's text is that of the row before.
      let [text, from, length] = ["", 0, -1];
      return (i, value, size) => {
        if (size >= 0 && (size !== length || bytes.compare(bytes, from, from + length, value, value + size) !== 0)) {
          text = bytes.toString("utf8", value, value + size);
          [from, length] = [value, size];
        }
        texts[start + i] = size < 0 ? null : text;
      };
    }
  }
}

function each({ view, rows }: Tuple, from: number, take: TakeValue): void {
  let at = from;
  for (let i = 0; i < rows; i++) {
    const size = view.getInt32(at);
    take(i, at + 4, size);
    at += 4 + Math.max(size, 0);
  }
}
