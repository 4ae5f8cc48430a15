import type { Queue } from "../ports/queue.ts";

/** How far a piece of work has come, in partitions. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/** Is told how far a run or a batch is. */
export type OnProgress = (progress: Progress) => void;

/** How long a worker may be silent before its chunk is given to another. */
export const LEASE_MS = 30_000;

/** How far a run has come, as its queue knows. */
export async function readProgress(queue: Queue, runId: string): Promise<Progress> {
  const { partitions, partitionsFinished, partitionsFailed } = await queue.counts(runId);
  return { total: partitions, done: partitionsFinished, failed: partitionsFailed };
}
