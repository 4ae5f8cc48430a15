import type { ColumnBatch } from "../core/columns/column.ts";
import { type Completion, completeRows } from "../model/complete-rows.ts";

/** Completes the rows of one partition by the rules of its query (see `completeRows`). */
export type CompletePartition = (completion: Completion, batch: ColumnBatch) => ColumnBatch;

/** Completes the rows of one partition, as a source does with those of several. */
export const completePartition: CompletePartition = (completion, batch) =>
  completeRows(completion, { batch, offsets: Int32Array.of(0, batch.length) }).batch;
