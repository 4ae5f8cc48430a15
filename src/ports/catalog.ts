import type { IndexSummary, RunManifest, RunRecord } from "../core/run.ts";
import type { RunState } from "../core/states.ts";

/** The fields that a run's record may gain on moving to another state. */
export interface RunChange {
  readonly manifest?: RunManifest;
  readonly index?: IndexSummary;
  readonly error?: string | null;
  readonly endedAt?: string;
}

/** Knows the runs. Every engine passes `src/contract/catalog.ts`. */
export interface Catalog {
  /** Records a new run in the state `planning`. @throws {ManymodelError} `conflict` if the id is taken */
  createRun(runId: string, createdAt: string): Promise<void>;
  /** Moves a run to `next` if its state allows it (see `core/states.ts`); false, with nothing changed, if not. */
  moveRun(runId: string, next: RunState, change?: RunChange): Promise<boolean>;
  /** Returns a run, or undefined. */
  run(runId: string): Promise<RunRecord | undefined>;
  /** Returns all runs, or those in a state, newest first. */
  runs(state?: RunState): Promise<RunRecord[]>;
  /** Forgets a run that has ended. @throws {ManymodelError} `not-found` for an unknown run */
  removeRun(runId: string): Promise<void>;
}
