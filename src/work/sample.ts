import type { PartitionOutcome } from "../core/artifact.ts";
import { SegmentWriter } from "../core/segment.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { type Clock, trainPartitions } from "./train-chunk.ts";
import type { TrainingPlan } from "./train-partition.ts";

/** Train these partitions to see what it takes. */
export interface TakeSample {
  readonly plan: TrainingPlan;
  readonly definitionSha256: string;
  readonly keys: readonly string[];
  readonly ordinals: readonly number[];
}

/** The cost of training a few partitions. */
export interface Sample {
  /** Milliseconds of the body, for each partition. */
  readonly fitMs: readonly number[];
  readonly failed: number;
  /** Milliseconds of everything: reading, fitting, encoding. */
  readonly totalMs: number;
  /** Bytes that their segment takes on the stage. */
  readonly bytes: number;
  /** Bytes of memory that the process held at the end. */
  readonly memory: number;
}

/** Trains partitions, measures, and keeps nothing. */
export async function takeSample(
  engine: Pick<WorkerEngine, "source">,
  definition: AnyModelDefinition,
  { plan, keys, ordinals }: TakeSample,
  clock: Clock,
): Promise<Sample> {
  const began = clock();
  const fitMs: number[] = [];
  const segment = new SegmentWriter(plan.snapshot.keyColumns);
  const add = (row: PartitionOutcome) => {
    fitMs.push(row.fitMs);
    segment.add(row);
  };
  const training = { plan, definition, attempt: 1, clock };
  await trainPartitions(engine, training, { start: 0, keys, ordinals }, { add });
  const { content, rows, succeeded } = segment.finish();
  return {
    fitMs,
    failed: rows - succeeded,
    totalMs: clock() - began,
    bytes: content.length,
    memory: process.memoryUsage.rss(),
  };
}
