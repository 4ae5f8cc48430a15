import { encodeSegment } from "../core/segment.ts";
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
  const rows = await trainPartitions(engine, { plan, definition, attempt: 1, clock }, { start: 0, keys, ordinals });
  const bytes = encodeSegment(plan.snapshot.keyColumns, rows).length;
  return {
    fitMs: rows.map((row) => row.fitMs),
    failed: rows.filter((row) => row.outcome !== "succeeded").length,
    totalMs: clock() - began,
    bytes,
    memory: process.memoryUsage.rss(),
  };
}
