import { at, zip } from "../../core/aligned.ts";
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
  const { first: numbers } = read;
  const ranges: Range[] = [];
  let start = 0;
  for (const ordinal of ordinals) {
    // Mostly the rows of a partition follow those of the one before.
    if (numbers[start] !== ordinal) start = placeOf(numbers, ordinal);
    let end = start;
    while (numbers[end] === ordinal) end++;
    ranges.push({ start, end });
    start = end;
  }
  const offsets = offsetsOf(ranges.map(({ start, end }) => end - start));
  const inOrder = ranges.every(({ start, end }, i) => start === end || start === offsets[i]);
  const columns = inOrder ? read.columns : read.columns.map((column) => gather(column, ranges));
  return { batch: { length: offsets.at(-1) ?? 0, columns: Object.fromEntries(zip(names, columns)) }, offsets };
}

/** Returns the first place of a number, or where it would be; the numbers ascend. */
function placeOf(numbers: Int32Array, number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(numbers, middle) < number) low = middle + 1;
    else high = middle;
  }
  return low;
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
