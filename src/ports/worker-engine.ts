import type { Inference } from "./inference.ts";
import type { Output } from "./output.ts";
import type { Source } from "./source.ts";
import type { Stage } from "./stage.ts";

/**
 * The ports that a worker sees: data in, artifacts and rows out. Leases, runs and versions belong to its supervisor, so
 * that the same worker runs as a thread, a task of a fleet, or inside a warehouse.
 */
export interface WorkerEngine {
  readonly source: Source;
  readonly output: Output;
  readonly stage: Stage;
  /** Scores batches by the registered version itself, if the engine can. */
  readonly inference?: Inference;
}
