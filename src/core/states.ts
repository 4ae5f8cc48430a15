/**
 * The states of a chunk. `waiting` (planned, not yet fed) → `available` (may be claimed) → `leased` (a worker holds it)
 * → `finished` (one attempt's segment is committed) or `failed` (its attempts are used up). What had not begun when a
 * run's time was over, or it was cancelled, is `skipped`. See docs/states.md.
 */
export const CHUNK_STATES = ["waiting", "available", "leased", "finished", "failed", "skipped"] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

/**
 * The reasons for skipping a chunk: the run's time budget was over, it was cancelled, or too much had failed. Stored in
 * the segment as `error_type`.
 */
export const SKIP_REASONS = ["not-fed", "cancelled", "too-many-failures"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** The outcome of a partition. `skipped`: the run ended before its turn came, and `error_type` says why. */
export type Outcome = "succeeded" | "failed" | "skipped";

/** Returns no chunk in any state. */
export function noChunks(): Record<ChunkState, number> {
  return { waiting: 0, available: 0, leased: 0, finished: 0, failed: 0, skipped: 0 };
}

/** The states of a run. `planning` → `running` → `finalizing` → `completed`; any but `completed` → `failed`. */
export const RUN_STATES = ["planning", "running", "finalizing", "completed", "failed"] as const;
export type RunState = (typeof RUN_STATES)[number];

const RUN_MOVES: Readonly<Record<RunState, readonly RunState[]>> = {
  planning: ["running", "failed"],
  running: ["finalizing", "failed"],
  finalizing: ["completed", "failed"],
  completed: ["finalizing"],
  failed: ["finalizing"],
};

/** Returns the states a run may move to `next` from. A completed run may be indexed again; a failed one, from what it has. */
export function runStatesBefore(next: RunState): RunState[] {
  return RUN_STATES.filter((state) => RUN_MOVES[state].includes(next));
}
