import { resampleRows } from "../model/resample-rows.ts";
import type { CompletePartition } from "./complete-partition.ts";

/** Completes the rows of one partition and makes them coarser, as a source does with those of several. */
export const resamplePartition: CompletePartition = (completion, batch) =>
  resampleRows(completion, { batch, offsets: Int32Array.of(0, batch.length) }).batch;
