import type { ColumnBatch } from "../core/columns/column.ts";
import { type Completion, completeRows } from "../model/complete-rows.ts";
import type { Zoned } from "../model/zone-rows.ts";

/** Facts of a snapshot that completing the rows of a partition needs. */
export type PartitionCompletion = Completion & Zoned;

/** Completes the rows of one partition by the rules of its query, with those of the table of the future, if there are any. */
export type CompletePartition = (
  completion: PartitionCompletion,
  batch: ColumnBatch,
  future?: ColumnBatch,
) => ColumnBatch;

/** Returns the rows of one partition as those of several. */
export const rowsOfOne = (batch: ColumnBatch) => ({ batch, offsets: Int32Array.of(0, batch.length) });

/** Completes the rows of one partition, as a source does with those of several. */
export const completePartition: CompletePartition = (completion, batch, future) =>
  completeRows(completion, rowsOfOne(batch), future && rowsOfOne(future)).batch;
