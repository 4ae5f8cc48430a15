import { type ChunkState, noChunks } from "./states.ts";

/** Counts of a run's chunks by state, and of the partitions in them. */
export interface QueueCounts {
  readonly chunks: Readonly<Record<ChunkState, number>>;
  readonly partitions: number;
  readonly partitionsFinished: number;
  readonly partitionsFailed: number;
  readonly partitionsSkipped: number;
}

/** Chunks of a run that are in the same state. */
export interface ChunkGroup {
  readonly state: ChunkState;
  readonly chunks: number;
  readonly partitions: number;
  /** Partitions that failed in the committed segments; null where no chunk has a segment. */
  readonly failed: number | null;
}

/**
 * Adds up groups of chunks. A partition counts as failed if its fit failed in a finished chunk, or if its chunk failed as
 * a whole.
 */
export function queueCounts(groups: Iterable<ChunkGroup>): QueueCounts {
  const chunks = noChunks();
  const total = { partitions: 0, partitionsFinished: 0, partitionsFailed: 0, partitionsSkipped: 0 };
  for (const group of groups) {
    chunks[group.state] += group.chunks;
    total.partitions += group.partitions;
    if (group.state === "finished") total.partitionsFinished += group.partitions;
    if (group.state === "skipped") total.partitionsSkipped += group.partitions;
    total.partitionsFailed += group.state === "failed" ? group.partitions : (group.failed ?? 0);
  }
  return { chunks, ...total };
}

/** Returns the error of a chunk whose lease lapsed in its last attempt. */
export const lapsedLease = (worker: string) => `its lease lapsed: ${worker} was lost or too slow`;

/** Returns the same as an expression of SQL, of the column that names the worker. */
export const lapsedLeaseSql = (worker: string) => `'${lapsedLease(`' || ${worker} || '`)}'`;
