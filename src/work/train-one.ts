import type { FailureType, PartitionOutcome, TaskFile } from "../core/artifact.ts";
import type { RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { stagePath } from "../core/stage-path.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { getSealed } from "../stages/sealed.ts";
import { type Training, trainPartitions } from "./train-chunk.ts";
import { failedOutcome } from "./train-partition.ts";

/** Train one partition of a chunk by itself, or say that it has failed. */
export interface TrainOne {
  readonly run: string;
  readonly chunk: number;
  readonly attempt: number;
  /** Its place in the chunk, from 0. */
  readonly at: number;
  readonly failed?: { readonly type: FailureType; readonly message: string; readonly log: string | null };
}

/** Trains one partition of a chunk; undefined beyond the chunk's last. */
export async function trainOne(
  engine: Pick<WorkerEngine, "source" | "stage">,
  training: Training<RunManifest>,
  { run, chunk, attempt, at, failed }: TrainOne,
): Promise<PartitionOutcome | undefined> {
  const task = await getSealed<TaskFile>(engine.stage, stagePath.task(run, chunk));
  const [partitionKey, ordinal] = [task.keys[at], task.ordinals[at]];
  if (partitionKey === undefined || ordinal === undefined) return undefined;
  const start = task.start + at;
  if (failed !== undefined) {
    const seed = partitionSeed(training.plan.seed, partitionKey);
    const { type, message, log } = failed;
    return { ...failedOutcome({ position: start, partitionKey, seed, attempt }, type, message), log };
  }
  const one = { start, keys: [partitionKey], ordinals: [ordinal] };
  const printed = (text: string) => training.note?.({ printed: text });
  let outcome: PartitionOutcome | undefined;
  await trainPartitions(engine, { ...training, printed }, one, { add: (row) => (outcome = row) });
  return outcome;
}
