import type { IndexedSegment } from "../core/artifact.ts";
import type { Snapshot } from "../core/run.ts";
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
  { stage, tables }: Pick<WorkerEngine, "stage" | "tables">,
  { segment, snapshot }: FindUnchanged,
): Promise<UnchangedPartition[]> {
  const rows = await segmentRows(stage, segment, { summary: true });
  const ordinals = await tables.locate(
    snapshot,
    rows.map(({ row }) => row.key),
  );
  const { batch, offsets } = await tables.read(snapshot, Array.from(ordinals));
  return rows.flatMap(({ row, at }, i) => {
    const ordinal = ordinals[i]!;
    const same = ordinal >= 0 && row.dataSha256 === dataHash(batch, offsets[i]!, offsets[i + 1]!);
    return same ? [{ at, outcome: row.outcome, ordinal }] : [];
  });
}
