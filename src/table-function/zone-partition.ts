import { zoneRows } from "../model/zone-rows.ts";
import { type CompletePartition, rowsOfOne } from "./complete-partition.ts";

/** Puts the rows of one partition at times of their zone, as a source does with those of several. */
export const zonePartition: CompletePartition = (completion, batch) => zoneRows(completion, rowsOfOne(batch)).batch;
