import { zip } from "../core/aligned.ts";
import type { PartitionOutcome, SegmentInfo, TaskFile } from "../core/artifact.ts";
import { messageOf } from "../core/errors.ts";
import { decodeKey } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { FunctionPartition, TableFunctions } from "../ports/table-functions.ts";
import { getSealed } from "../stages/sealed.ts";
import { putOutcomes } from "../work/train-chunk.ts";
import { failedOutcome, preparePartition } from "../work/train-partition.ts";
import { splitStatement } from "./split-statement.ts";

/**
 * Trains a chunk by a table function: one statement for all of its partitions, split where it fails, so that the partition
 * that it failed for fails alone.
 */
export async function trainByFunction(
  { stage }: Pick<Engine, "stage">,
  functions: TableFunctions,
  manifest: RunManifest,
  body: string,
  { chunk, attempt }: { readonly chunk: number; readonly attempt: number },
): Promise<SegmentInfo> {
  const { runId, snapshot } = manifest;
  const task = await getSealed<TaskFile>(stage, stagePath.task(runId, chunk));
  const partitions = Array.from(
    zip(task.keys, task.ordinals),
    ([partitionKey, ordinal]): FunctionPartition => ({ partitionKey, ordinal }),
  );
  const present = partitions.filter(({ ordinal }) => ordinal >= 0);
  const fitted = new Map<number, string>();
  const failed = await splitStatement(present, async (some) => {
    for (const [ordinal, outcome] of await functions.fit(snapshot, body, some)) fitted.set(ordinal, outcome);
  });
  const reasons = new Map([...failed].map(([{ ordinal }, error]) => [ordinal, messageOf(error)]));
  const nothing = { batch: { length: 0, columns: {} }, start: 0, end: 0 };
  const rows = partitions.map(({ partitionKey, ordinal }, i): PartitionOutcome => {
    const position = task.start + i;
    const seed = partitionSeed(manifest.seed, partitionKey);
    const outcome = fitted.get(ordinal);
    if (outcome !== undefined) return { ...JSON.parse(outcome), key: decodeKey(partitionKey).key, position, attempt };
    if (ordinal < 0) return preparePartition(manifest, { position, partitionKey, ...nothing }, attempt).row;
    const why = reasons.get(ordinal) ?? "the table function returned nothing for it";
    return failedOutcome({ position, partitionKey, seed, attempt }, "fit-error", why);
  });
  return putOutcomes(stage, manifest, { chunk, attempt }, rows);
}
