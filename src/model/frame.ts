import { at } from "../core/aligned.ts";
import {
  type Column,
  type ColumnBatch,
  type ColumnInfo,
  columnsOf,
  getColumn,
  matchColumn,
  sliceColumn,
} from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Interval } from "./interval.ts";

/**
 * The rows of one partition as typed columns, in the order of the data query. Column names match exactly, or ignoring
 * case if that is unambiguous. Arrays belong to the partition: a body may change them.
 */
export interface Frame {
  /** The number of rows. */
  readonly length: number;
  /** The interval of the partition's times (see `Interval`); null if they keep none, and in `predict`. */
  readonly interval: Interval | null;
  readonly columns: readonly ColumnInfo[];
  /** Returns a numeric column; NULL is NaN. */
  numbers(column: string): Float64Array;
  /**
   * Returns a column of numbers, or of booleans as 0 and 1, as an equally spaced series at the interval of the
   * partition's own times, NaN where there is no row. Without a time column, if the times keep no interval, and in
   * `predict`, it has one value per row.
   */
  series(column: string): Float64Array;
  /** Returns a text column; NULL is null. */
  strings(column: string): (string | null)[];
  /** Returns a boolean column; NULL is null. */
  booleans(column: string): (boolean | null)[];
  /** Returns a date or timestamp column; NULL is null. Dates are midnight UTC. */
  dates(column: string): (Date | null)[];
  /** Returns a date or timestamp column as milliseconds since 1970-01-01 UTC; NULL is NaN. */
  times(column: string): Float64Array;
}

/**
 * Returns the rows `[start, end)` of a batch as a frame. Numeric columns share the batch's memory.
 *
 * @param grid - where each row falls on the grid of the partition's times (see `gridPositions`)
 * @param interval - of that grid
 */
export function frame(
  batch: ColumnBatch,
  start = 0,
  end = batch.length,
  grid?: () => Int32Array | null,
  interval: Interval | null = null,
): Frame {
  const column = (word: string, ...types: Column["type"][]): Column => {
    const name = Object.hasOwn(batch.columns, word) ? word : matchName(batch, word);
    const source = getColumn(batch, name);
    if (!types.includes(source.type))
      throw new ManymodelError(
        "input",
        `column ${name} holds ${source.type}s; it cannot be read as ${types.join(" or ")}`,
      );
    return sliceColumn(source, start, end);
  };
  return {
    length: end - start,
    interval,
    columns: columnsOf(batch),
    numbers: (name) => column(name, "number").values as Float64Array,
    series(name) {
      const { type, values } = column(name, "number", "boolean");
      const numbers = type === "boolean" ? fromBooleans(values) : (values as Float64Array);
      return spaced(numbers, numbers.length > 0 ? grid?.() : null);
    },
    strings: (name) => column(name, "string").values as (string | null)[],
    booleans: (name) => Array.from(column(name, "boolean").values as Uint8Array, (v) => (v === 2 ? null : v === 1)),
    dates: (name) =>
      Array.from(column(name, "date", "timestamp").values as Float64Array, (ms) =>
        Number.isNaN(ms) ? null : new Date(ms),
      ),
    times: (name) => column(name, "date", "timestamp").values as Float64Array,
  };
}

function matchName({ columns }: ColumnBatch, word: string): string {
  const names = Object.keys(columns);
  const name = matchColumn(names, word);
  if (name === undefined)
    throw new ManymodelError("input", `no column ${show(word)} in the data; it has ${names.join(", ") || "none"}`);
  return name;
}

/**
 * Returns some rows of a frame that has no grid of its own, in the order given.
 *
 * @param positions - where each of them falls on a grid, ascending from 0 or later (see `Frame.series`)
 */
export function pickRows(data: Frame, rows: Int32Array, positions: Int32Array | null = null): Frame {
  const numbers = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const others = <T extends Value>(values: readonly T[]) => Array.from(rows, (row) => at(values, row));
  return {
    length: rows.length,
    interval: data.interval,
    columns: data.columns,
    numbers: (name) => numbers(data.numbers(name)),
    series: (name) => spaced(numbers(data.series(name)), positions),
    strings: (name) => others(data.strings(name)),
    booleans: (name) => others(data.booleans(name)),
    dates: (name) => others(data.dates(name)),
    times: (name) => numbers(data.times(name)),
  };
}

/** A value of a column that is not numeric. */
type Value = string | boolean | Date | null;

/** Returns 0, 1, and NaN for NULL. */
function fromBooleans(values: Uint8Array): Float64Array {
  return Float64Array.from(values, (value) => (value === 2 ? NaN : value));
}

/** Returns values at their places on a grid, NaN at the others. */
function spaced(values: Float64Array, positions: Int32Array | null | undefined): Float64Array {
  if (positions == null || positions.length === 0 || positions.at(-1) === values.length - 1) return values;
  const result = new Float64Array(at(positions, -1) + 1).fill(NaN);
  let row = 0;
  for (const value of values) result[positions[row++]!] = value;
  return result;
}
