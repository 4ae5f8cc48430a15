import { zip } from "../core/aligned.ts";
import type { IndexedSegment } from "../core/artifact.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { isActive, type Snapshot } from "../core/run.ts";
import type { Outcome } from "../core/states.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { segmentRows } from "../runs/read-index.ts";
import { dataHash } from "./train-partition.ts";

/** Find the partitions of a segment whose data are the same in a snapshot. */
export interface FindUnchanged {
  readonly segment: IndexedSegment;
  readonly snapshot: Snapshot;
}

/** A partition whose data have not changed: its row in the segment, and its position in the snapshot. */
export interface UnchangedPartition {
  readonly at: number;
  readonly outcome: Outcome;
  readonly ordinal: number;
}

/** Compares the data of a segment's partitions by their hashes; a row that has none, because nothing was read, is changed. */
export async function findUnchanged(
  { stage, source }: Pick<WorkerEngine, "stage" | "source">,
  { segment, snapshot }: FindUnchanged,
): Promise<UnchangedPartition[]> {
  const rows = await segmentRows(stage, segment, { summary: true });
  const ordinals = await source.locate(
    snapshot,
    rows.map(({ row }) => row.key),
  );
  const ranges = rowRanges(await source.read(snapshot, Array.from(ordinals)));
  const unchanged: UnchangedPartition[] = [];
  for (const [[{ row, at }, ordinal], { batch, start, end }] of zip(zip(rows, ordinals), ranges))
    if (isActive(snapshot, ordinal) && row.dataSha256 === dataHash(batch, start, end))
      unchanged.push({ at, outcome: row.outcome, ordinal });
  return unchanged;
}
