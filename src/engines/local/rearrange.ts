import { zip } from "../../core/aligned.ts";
import { type Column, sliceColumn } from "../../core/columns/column.ts";
import { offsetsOf } from "../../core/columns/offsets.ts";
import type { PartitionRows } from "../../ports/source.ts";
import { join, type ReadColumns } from "./read-columns.ts";

/** The rows of a partition: `[start, end)`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Groups rows that are sorted by partition number as asked for; copies only if the order asked for is another. */
export function rearrange(read: ReadColumns, names: readonly string[], ordinals: readonly number[]): PartitionRows {
  const ranges = rangesOf(read.first);
  const inTurn = ordinals.map((ordinal) => ranges.get(ordinal));
  const lengths = inTurn.map((range) => (range === undefined ? 0 : range.end - range.start));
  const offsets = offsetsOf(lengths);
  const inOrder = inTurn.every((range, i) => range === undefined || range.start === offsets[i]);
  const parts = inTurn.filter((range) => range !== undefined);
  const columns = inOrder ? read.columns : read.columns.map((column) => gather(column, parts));
  const length = lengths.reduce((sum, rows) => sum + rows, 0);
  return { batch: { length, columns: Object.fromEntries(zip(names, columns)) }, offsets };
}

/** Returns the rows of each partition number; the numbers ascend. */
function rangesOf(numbers: Int32Array): Map<number, Range> {
  const ranges = new Map<number, Range>();
  let current: number | undefined;
  let start = 0;
  let row = 0;
  for (const number of numbers) {
    if (number !== current) {
      if (current !== undefined) ranges.set(current, { start, end: row });
      current = number;
      start = row;
    }
    row++;
  }
  if (current !== undefined) ranges.set(current, { start, end: row });
  return ranges;
}

function gather(column: Column, ranges: readonly Range[]): Column {
  const slices = ranges.map(({ start, end }) => sliceColumn(column, start, end));
  if (column.type === "string" || column.type === "integer")
    return { type: column.type, values: joinLists(slices.map((slice) => slice.values as never[])) } as Column;
  const length = slices.reduce((sum, slice) => sum + slice.values.length, 0);
  const pieces = slices.map((slice) => slice.values);
  if (column.type === "boolean")
    return { type: column.type, values: join(pieces as Uint8Array[], new Uint8Array(length)) };
  return { type: column.type, values: join(pieces as Float64Array[], new Float64Array(length)) };
}

/** Returns the elements of lists one after another. Of as many as a chunk has rows, `flat` takes ten times as long. */
function joinLists<T>(lists: readonly (readonly T[])[]): T[] {
  const whole: T[] = [];
  for (const list of lists) for (const value of list) whole.push(value);
  return whole;
}
