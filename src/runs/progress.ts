import type { Queue } from "../ports/queue.ts";
import type { LimitsLeft } from "./time-left.ts";

/** The progress of a piece of work, in partitions. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** For a run with a time budget: the number of partitions that will not start. */
  readonly skipped?: number;
  /** The remainder of its limits. */
  readonly limits?: LimitsLeft;
}

/** Receives the progress of a run or a batch. */
export type OnProgress = (progress: Progress) => void;

/** The milliseconds that a worker may be silent before its chunk is given to another. */
export const LEASE_MS = 30_000;

/** Reads the progress of a run from its queue. */
export async function readProgress(queue: Queue, runId: string): Promise<Progress> {
  const { partitions, partitionsFinished, partitionsFailed, partitionsSkipped } = await queue.counts(runId);
  return { total: partitions, done: partitionsFinished, failed: partitionsFailed, skipped: partitionsSkipped };
}
