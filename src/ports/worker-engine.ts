import type { Inference } from "./inference.ts";
import type { Stage } from "./stage.ts";
import type { Tables } from "./tables.ts";

/**
 * The ports that a worker sees: data in, artifacts and rows out. Leases, runs and versions belong to its supervisor, so
 * that the same worker runs as a thread, a task of a fleet, or inside a warehouse.
 */
export interface WorkerEngine {
  readonly tables: Tables;
  readonly stage: Stage;
  /** Scores batches by the registered version itself, where an engine can. */
  readonly inference?: Inference;
}
