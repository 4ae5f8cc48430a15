import type { Queue } from "../ports/queue.ts";
import type { LimitsLeft } from "./time-left.ts";

/** How far a piece of work has come, in partitions. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Of a run whose time is limited: what was not begun, and will not be. */
  readonly skipped?: number;
  /** What is left of its limits. */
  readonly limits?: LimitsLeft;
}

/** Is told how far a run or a batch is. */
export type OnProgress = (progress: Progress) => void;

/** How long a worker may be silent before its chunk is given to another. */
export const LEASE_MS = 30_000;

/** How far a run has come, as its queue knows. */
export async function readProgress(queue: Queue, runId: string): Promise<Progress> {
  const { partitions, partitionsFinished, partitionsFailed, partitionsSkipped } = await queue.counts(runId);
  return { total: partitions, done: partitionsFinished, failed: partitionsFailed, skipped: partitionsSkipped };
}
