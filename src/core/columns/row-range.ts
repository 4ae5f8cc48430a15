import { at } from "../aligned.ts";
import type { ColumnBatch } from "./column.ts";

/** The rows `[start, end)` of a batch. */
export interface RowRange {
  readonly batch: ColumnBatch;
  readonly start: number;
  readonly end: number;
  /** The reason for having no rows, where an engine could not pin them. */
  readonly refused?: string;
}

/**
 * Returns the rows of each partition of a batch.
 *
 * @param offsets - partition `i` has the rows `[offsets[i], offsets[i + 1])`
 */
export function rowRanges({
  batch,
  offsets,
  refused,
}: {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
  readonly refused?: ReadonlyMap<number, string>;
}): RowRange[] {
  const ranges: RowRange[] = [];
  for (let i = 0; i < offsets.length - 1; i++) {
    const range = { batch, start: at(offsets, i), end: at(offsets, i + 1) };
    const why = refused?.get(i);
    ranges.push(why === undefined ? range : { ...range, refused: why });
  }
  return ranges;
}
