import type { IndexSummary, ModelAlias, ModelVersion, RunManifest, RunRecord } from "../core/run.ts";
import type { RunState } from "../core/states.ts";

/** What a run's record may learn on moving to another state. */
export interface RunChange {
  readonly manifest?: RunManifest;
  readonly index?: IndexSummary;
  readonly error?: string | null;
  readonly endedAt?: string;
}

/** Knows the runs and the registered versions. Every engine passes `src/contract/catalog.ts`. */
export interface Catalog {
  /** Records a new run in the state `planning`. @throws {ManymodelError} `conflict` if the id is taken */
  createRun(runId: string, createdAt: string): Promise<void>;
  /** Moves a run to `next` if its state allows it (see `core/states.ts`); false, with nothing changed, if not. */
  moveRun(runId: string, next: RunState, change?: RunChange): Promise<boolean>;
  /** A run, or undefined. */
  run(runId: string): Promise<RunRecord | undefined>;
  /** All runs, newest first. */
  runs(): Promise<RunRecord[]>;
  /** Records a version. @throws {ManymodelError} `conflict` if that model already has it: versions never change */
  createVersion(version: ModelVersion): Promise<void>;
  /** A version of a model, or undefined. */
  version(model: string, version: string): Promise<ModelVersion | undefined>;
  /** The versions of a model, or of all models, newest first. */
  versions(model?: string): Promise<ModelVersion[]>;
  /** Points an alias at a version, in one step. @throws {ManymodelError} `not-found` if the model has no such version */
  setAlias(model: string, alias: string, version: string, changedAt: string): Promise<void>;
  /** The aliases of a model, or of all models, by model and name. */
  aliases(model?: string): Promise<ModelAlias[]>;
}
