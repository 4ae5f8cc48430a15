import { zip } from "../core/aligned.ts";
import type { PartitionOutcome, SegmentInfo, TaskFile } from "../core/artifact.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import type { RunManifest } from "../core/run.ts";
import { type EncodedSegment, encodeSegment } from "../core/segment.ts";
import { stagePath } from "../core/stage-path.ts";
import { isThenable } from "../core/thenable.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { decidePeriod } from "../model/series-period.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { checksum } from "../stages/checksum.ts";
import { getSealed, putSealed } from "../stages/sealed.ts";
import { BodyLog, hearPrints } from "./body-log.ts";
import type { BodyOwner } from "./body-owner.ts";
import { GrowingSegment, type OutcomeTaker } from "./growing-segment.ts";
import { leaveRealm, watchRealm } from "./realm.ts";
import { ownErrors, watchTimers } from "./stray-errors.ts";
import {
  type PlacedPartition,
  preparePartition,
  type TrainingPlan,
  takeFailure,
  takeFit,
  takeLateFailure,
} from "./train-partition.ts";

/**
 * Note of a worker: that it has come to another partition (at most every `NOTE_MS` milliseconds), or to the end; and,
 * of a partition that is trained by itself, what its body prints.
 */
export type TrainingNote = "fitting" | "fitted" | { readonly printed: string };
export const NOTE_MS = 100;

/** Milliseconds that only move forward. */
export type Clock = () => number;

/** An attempt to train partitions: by which plan and definition, and who is told of it. */
export interface Training<Plan extends TrainingPlan = TrainingPlan> {
  readonly plan: Plan;
  readonly definition: AnyModelDefinition;
  readonly attempt: number;
  readonly clock: Clock;
  readonly note?: (message: TrainingNote) => void;
  /** Told at once what a body prints, for whoever must know it even if the body never ends. */
  readonly printed?: (text: string) => void;
}

/**
 * Trains the partitions of one chunk: one bulk read, then `fit` for each. Whatever happens to a partition becomes its
 * row; the rows become one segment under this attempt's own path. Nothing is committed here: the caller finishes the
 * lease with what is returned.
 */
export async function trainChunk(
  engine: Pick<WorkerEngine, "source" | "stage">,
  training: Training<RunManifest>,
  chunk: number,
): Promise<SegmentInfo> {
  const { plan, attempt } = training;
  const task = await getSealed<TaskFile>(engine.stage, stagePath.task(plan.runId, chunk));
  const segment = new GrowingSegment(plan.snapshot.keyColumns);
  await trainPartitions(engine, training, task, segment);
  return putSegment(engine.stage, plan, { chunk, attempt }, await segment.finish());
}

/** Trains the partitions of a task, and keeps nothing: `taker` gets the outcome of each. */
export async function trainPartitions(
  { source }: Pick<WorkerEngine, "source">,
  training: Training,
  task: Omit<TaskFile, "chunk">,
  taker: OutcomeTaker,
): Promise<void> {
  const { plan, clock, note } = training;
  const ranges = rowRanges(await source.read(plan.snapshot, task.ordinals));
  let position = task.start;
  const settled = watchTimers();
  const changesOfRealm = watchRealm();
  let noted = -Infinity;
  for (const [partitionKey, range] of zip(task.keys, ranges)) {
    if (clock() - noted > NOTE_MS) {
      noted = clock();
      note?.("fitting");
    }
    const trained = trainPartition(training, { position: position++, partitionKey, ...range }, (row) =>
      taker.failLate?.(row),
    );
    taker.add(trained instanceof Promise ? await trained : trained);
  }
  await settled();
  const changed = changesOfRealm();
  if (changed.length > 0) {
    const named =
      changed.length > 3 ? `${changed.slice(0, 3).join(", ")} and ${changed.length - 3} more` : changed.join(", ");
    // The chunk is done again, one partition at a time, each in a thread that no other has changed.
    await leaveRealm(`fit changed ${named}, which later partitions would see`);
  }
  note?.("fitted");
}

/** Stores outcomes as a chunk's segment of one attempt, with its manifest beside it. */
export async function putOutcomes(
  stage: WorkerEngine["stage"],
  plan: Pick<RunManifest, "runId" | "snapshot">,
  attempt: Pick<SegmentInfo, "chunk" | "attempt">,
  rows: readonly PartitionOutcome[],
): Promise<SegmentInfo> {
  return putSegment(stage, plan, attempt, encodeSegment(plan.snapshot.keyColumns, rows));
}

async function putSegment(
  stage: WorkerEngine["stage"],
  { runId }: Pick<RunManifest, "runId">,
  { chunk, attempt }: Pick<SegmentInfo, "chunk" | "attempt">,
  { content, ...counts }: EncodedSegment,
): Promise<SegmentInfo> {
  const segment: SegmentInfo = {
    path: stagePath.segment(runId, chunk, attempt),
    chunk,
    attempt,
    bytes: content.length,
    sha256: checksum(content),
    ...counts,
  };
  await stage.put(segment.path, content);
  await putSealed(stage, stagePath.segmentManifest(runId, chunk, attempt), segment);
  return segment;
}

/**
 * Fits the model of one partition: its row, whatever becomes of it. There is a promise only where the body returns one: a promise for
 * each partition costs as much as a cheap fit.
 *
 * @param failedLate - told of a row that has changed after it was returned
 */
export function trainPartition(
  { plan, definition, attempt, clock, printed }: Training,
  partition: PlacedPartition,
  failedLate?: (row: PartitionOutcome) => void,
): PartitionOutcome | Promise<PartitionOutcome> {
  const { row, context, season } = preparePartition(plan, partition, attempt, definition, decidePeriod);
  if (context === undefined) return row;
  const log = new BodyLog();
  const owner: BodyOwner = {
    takeError: (error) => {
      takeLateFailure(row, error);
      failedLate?.(row);
    },
    takePrinted: (text) => {
      log.add(text);
      printed?.(text);
    },
  };
  const began = clock();
  const end = (): PartitionOutcome => {
    row.fitMs = clock() - began;
    row.log = log.end();
    return row;
  };
  hearPrints();
  try {
    const returned: unknown = ownErrors(() => definition.fit(context), owner);
    if (isThenable(returned))
      return Promise.resolve(returned)
        .then((fitted) => takeFit(row, fitted, context, season))
        .catch((error: unknown) => takeFailure(row, error))
        .then(end);
    takeFit(row, returned, context, season);
  } catch (error) {
    takeFailure(row, error);
  }
  return end();
}
