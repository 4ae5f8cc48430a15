import { zip } from "../aligned.ts";
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
  const ranges = zip(offsets.subarray(0, -1), offsets.subarray(1));
  return Array.from(ranges, ([start, end], i) => {
    const why = refused?.get(i);
    return { batch, start, end, ...(why !== undefined && { refused: why }) };
  });
}
