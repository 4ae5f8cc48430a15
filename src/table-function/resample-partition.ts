import { resampleRows } from "../model/resample-rows.ts";
import { type CompletePartition, rowsOfOne } from "./complete-partition.ts";

/** Completes the rows of one partition and makes them coarser, as a source does with those of several. */
export const resamplePartition: CompletePartition = (completion, batch, future) =>
  resampleRows(completion, rowsOfOne(batch), future && rowsOfOne(future)).batch;
