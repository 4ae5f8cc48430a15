import type { CompletePartition } from "./complete-partition.ts";
import { resamplePartition } from "./resample-partition.ts";
import { zonePartition } from "./zone-partition.ts";

/** Puts the rows of one partition at times of their zone, and completes them. */
export const zonedResamplePartition: CompletePartition = (completion, batch, future) =>
  resamplePartition(completion, zonePartition(completion, batch), future && zonePartition(completion, future));
