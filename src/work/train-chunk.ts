import type { PartitionOutcome, SegmentInfo, TaskFile } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/column.ts";
import type { KeyColumn } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import { encodeSegment } from "../core/segment.ts";
import { stagePath } from "../core/stage-path.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { checksum } from "../stages/checksum.ts";
import { getJson, putJson } from "../stages/json.ts";
import { BodyLog, whilePrinting } from "./body-log.ts";
import { type PartitionRange, preparePartition, type TrainingPlan, takeFailure, takeFit } from "./train-partition.ts";

/**
 * What a worker notes: that it has come to another partition (at most every `NOTE_MS` milliseconds), or to the end; and,
 * of a partition that is trained by itself, what its body prints.
 */
export type TrainingNote = "fitting" | "fitted" | { readonly printed: string };
export const NOTE_MS = 100;

/** Milliseconds that only move forward. */
export type Clock = () => number;

/**
 * Trains the partitions of one chunk: one bulk read, then `fit` for each. Whatever happens to a partition becomes its
 * row; the rows become one segment under this attempt's own path. Nothing is committed here: the caller finishes the
 * lease with what is returned.
 */
export async function trainChunk(
  engine: Pick<WorkerEngine, "tables" | "stage">,
  manifest: RunManifest,
  definition: AnyModelDefinition,
  { chunk, attempt }: { chunk: number; attempt: number },
  clock: Clock,
  note: (said: TrainingNote) => void,
): Promise<SegmentInfo> {
  const { runId, snapshot } = manifest;
  const task = await getJson<TaskFile>(engine.stage, stagePath.task(runId, chunk));
  const rows = await trainPartitions(engine, manifest, definition, task, attempt, clock, note);
  return putSegment(engine.stage, runId, snapshot.keyColumns, chunk, attempt, rows);
}

/** Trains the partitions of a task, and keeps nothing. */
export async function trainPartitions(
  { tables }: Pick<WorkerEngine, "tables">,
  manifest: TrainingPlan,
  definition: AnyModelDefinition,
  task: Omit<TaskFile, "chunk">,
  attempt: number,
  clock: Clock,
  note: (said: TrainingNote) => void = () => {},
  printed?: (text: string) => void,
): Promise<PartitionOutcome[]> {
  const { batch, offsets } = await tables.read(manifest.snapshot, task.ordinals);
  const rows: PartitionOutcome[] = [];
  let noted = -Infinity;
  for (let i = 0; i < task.keys.length; i++) {
    if (clock() - noted > NOTE_MS) {
      noted = clock();
      note("fitting");
    }
    const partition = {
      position: task.start + i,
      partitionKey: task.keys[i]!,
      start: offsets[i]!,
      end: offsets[i + 1]!,
    };
    rows.push(await trainPartition(manifest, definition, batch, partition, attempt, clock, printed));
  }
  note("fitted");
  return rows;
}

/** Stores outcomes as a chunk's segment of one attempt, with its manifest beside it. */
export async function putSegment(
  stage: WorkerEngine["stage"],
  runId: string,
  keyColumns: readonly KeyColumn[],
  chunk: number,
  attempt: number,
  rows: readonly PartitionOutcome[],
): Promise<SegmentInfo> {
  const bytes = encodeSegment(keyColumns, rows);
  const succeeded = rows.filter((row) => row.outcome === "succeeded").length;
  const segment: SegmentInfo = {
    path: stagePath.segment(runId, chunk, attempt),
    chunk,
    attempt,
    rows: rows.length,
    bytes: bytes.length,
    sha256: checksum(bytes),
    succeeded,
    failed: rows.filter((row) => row.outcome === "failed").length,
  };
  await stage.put(segment.path, bytes);
  await putJson(stage, stagePath.segmentManifest(runId, chunk, attempt), segment);
  return segment;
}

/**
 * Fits the model of one partition: its row, whatever becomes of it.
 *
 * @param printed - told at once what the body prints, for whoever must know it even if the body never ends
 */
export async function trainPartition(
  plan: TrainingPlan,
  definition: AnyModelDefinition,
  batch: ColumnBatch,
  partition: PartitionRange,
  attempt: number,
  clock: Clock,
  printed: (text: string) => void = () => {},
): Promise<PartitionOutcome> {
  const { row, context } = preparePartition(plan, batch, partition, attempt);
  if (context === undefined) return row;
  const log = new BodyLog();
  const take = (text: string) => {
    log.add(text);
    printed(text);
  };
  const began = clock();
  try {
    takeFit(row, await whilePrinting(take, () => definition.fit(context)));
  } catch (error) {
    takeFailure(row, error);
  }
  row.fitMs = clock() - began;
  row.log = log.end();
  return row;
}
