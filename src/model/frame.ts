import { type Column, type ColumnBatch, type ColumnInfo, columnsOf, matchColumn, sliceColumn } from "../core/column.ts";
import { ManymodelError, show } from "../core/errors.ts";

/**
 * The rows of one partition as typed columns, in the order of the data query. Column names match exactly, or ignoring
 * case where that is unambiguous. Arrays belong to the partition: a body may change them.
 */
export interface Frame {
  /** How many rows there are. */
  readonly length: number;
  readonly columns: readonly ColumnInfo[];
  /** A numeric column; NULL is NaN. */
  numbers(column: string): Float64Array;
  /**
   * A numeric column as an equally spaced series: at the interval of the partition's own times, NaN where there is no
   * row. Where there is no time column, or the times keep no interval, and in `predict`, the same as `numbers`.
   */
  series(column: string): Float64Array;
  /** A text column; NULL is null. */
  strings(column: string): (string | null)[];
  /** A boolean column; NULL is null. */
  booleans(column: string): (boolean | null)[];
  /** A date or timestamp column; NULL is null. Dates are midnight UTC. */
  dates(column: string): (Date | null)[];
  /** A date or timestamp column as milliseconds since 1970-01-01 UTC; NULL is NaN. */
  times(column: string): Float64Array;
}

/**
 * The rows `[start, end)` of a batch as a frame. Numeric columns share the batch's memory.
 *
 * @param grid - where each row falls on the grid of the partition's times (see `gridPositions`)
 */
export function frame(batch: ColumnBatch, start = 0, end = batch.length, grid?: () => Int32Array | null): Frame {
  const names = Object.keys(batch.columns);
  const column = (wanted: string, ...types: Column["type"][]): Column => {
    const name = matchColumn(names, wanted);
    if (name === undefined)
      throw new ManymodelError("input", `no column ${show(wanted)} in the data; it has ${names.join(", ") || "none"}`);
    const found = batch.columns[name]!;
    if (!types.includes(found.type))
      throw new ManymodelError(
        "input",
        `column ${name} holds ${found.type}s; it cannot be read as ${types.join(" or ")}`,
      );
    return sliceColumn(found, start, end);
  };
  return {
    length: end - start,
    columns: columnsOf(batch),
    numbers: (name) => column(name, "number").values as Float64Array,
    series(name) {
      const values = column(name, "number").values as Float64Array;
      const positions = values.length > 0 ? grid?.() : null;
      if (positions == null || positions.at(-1) === values.length - 1) return values;
      const spaced = new Float64Array(positions.at(-1)! + 1).fill(NaN);
      for (let i = 0; i < values.length; i++) spaced[positions[i]!] = values[i]!;
      return spaced;
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
