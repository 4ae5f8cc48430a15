import { zip } from "../aligned.ts";
import type { ColumnBatch } from "./column.ts";

/** The rows `[start, end)` of a batch. */
export interface RowRange {
  readonly batch: ColumnBatch;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the rows of each partition of a batch.
 *
 * @param offsets - partition `i` has the rows `[offsets[i], offsets[i + 1])`
 */
export function rowRanges({
  batch,
  offsets,
}: {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
}): RowRange[] {
  return Array.from(zip(offsets.subarray(0, -1), offsets.subarray(1)), ([start, end]) => ({ batch, start, end }));
}
