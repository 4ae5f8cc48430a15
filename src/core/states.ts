/**
 * The states of a chunk. `available` (waiting, or its lease has lapsed) → `leased` (a worker holds it) → `finished`
 * (one attempt's segment is committed) or `failed` (its attempts are used up). See docs/states.md.
 */
export const CHUNK_STATES = ["available", "leased", "finished", "failed"] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

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

/** The states a run may move to `next` from. A completed run may be indexed again; a failed one, from what it has. */
export function runStatesBefore(next: RunState): RunState[] {
  return RUN_STATES.filter((state) => RUN_MOVES[state].includes(next));
}
