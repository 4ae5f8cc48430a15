import type { Engine } from "../ports/engine.ts";
import type { OnProgress } from "../runs/progress.ts";
import type { RunContext } from "../runs/run-context.ts";
import { packageVersion } from "./package-version.ts";
import { workerEntry } from "./worker-program.ts";

/** Options of every verb that works for long. */
export interface LongCallOptions {
  /**
   * Stops the work when it is aborted. A run stays resumable; results that are published in one step are not published.
   */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Returns the context of a verb: the engine's own workers, this package's version and the system's clock.
 *
 * @throws the signal's reason if it is aborted already
 */
export function runContext(engine: Engine, { signal, onProgress = () => {} }: LongCallOptions = {}): RunContext {
  signal?.throwIfAborted();
  return {
    entry: workerEntry(engine.address),
    workers: engine.workers,
    packageVersion,
    now: () => new Date(),
    onProgress,
    ...(signal !== undefined && { signal }),
  };
}
