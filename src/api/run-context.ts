import type { Engine } from "../ports/engine.ts";
import type { OnProgress } from "../runs/progress.ts";
import type { RunContext } from "../runs/run-context.ts";
import { packageVersion } from "./package-version.ts";
import { workerEntry } from "./worker-entry.ts";

/** Returns the context of a verb: the engine's own workers, this package's version and the system's clock. */
export function runContext(engine: Engine, onProgress: OnProgress = () => {}): RunContext {
  return {
    entry: workerEntry(engine.address),
    workers: engine.workers,
    packageVersion,
    now: () => new Date(),
    onProgress,
  };
}
