import type { Launcher } from "../core/launcher.ts";
import type { PlainData } from "../core/plain-data.ts";
import type { RunMode } from "../core/run.ts";
import type { OnProgress } from "../runs/progress.ts";
import type { LoopQuery } from "./workspace.ts";

/** How to train, and on what. Everything left out comes from the configuration. */
export interface DoparOptions<Exports = { readonly [name: string]: PlainData }> {
  /**
   * `tasks`: all chunks at once, worked on in parallel; each must end. `queue`: chunks fed to the workers in the order
   * of the keys, as long as the time budget lasts. `local`: in this process, for developing a body.
   */
  readonly mode?: RunMode;
  /** Into how many chunks the run is split; `"auto"`: about 16 per worker, none above 2,000 partitions. */
  readonly chunksPerJob?: number | "auto";
  /** Worker threads; one per core when left out. */
  readonly workers?: number;
  /** Must be true (the default): every model is kept. */
  readonly saveModels?: true;
  readonly modelRunId?: string;
  readonly dataQuery?: LoopQuery;
  /** The model that was named in place of the configuration's, as it was named: `resume` looks it up again. */
  readonly model?: string;
  /** Plain data sent to every call of the body. */
  readonly exports?: Exports;
  readonly seed?: number;
  readonly maxAttempts?: number;
  /** How many partitions may fail, or which share of them (below 1), before nothing more is begun. */
  readonly maxFailed?: number;
  /** How long the body may take for one partition before that fails as `timeout` (`"60s"`, or seconds). */
  readonly fitTimeout?: string | number;
  /** Queue mode: after this long from the first claim no chunk is begun any more (`"10m"`, or seconds). */
  readonly timeBudget?: string | number;
  /** Queue mode: after this long from the first claim what still runs ends as `failed: deadline`. */
  readonly hardDeadline?: string | number;
  /** Queue mode: `ephemeral` workers are started for this run; `persistent` ones serve the workspace already. */
  readonly workerType?: "ephemeral" | "persistent";
  /** Queue mode: whether the first chunk waits until all workers are ready. */
  readonly preWarm?: boolean;
  /** A completed run whose partitions this one is to improve: it reads the same pinned data. */
  readonly refines?: string;
  /**
   * A completed run: partitions whose data have not changed since are not trained again but carried over from it. Null:
   * there is none yet, so that all are trained.
   */
  readonly changedSince?: string | null;
  /** Machines that train in place of this one: the configured ones (`true`), or those of a launcher. */
  readonly fleet?: Launcher | true;
  readonly onProgress?: OnProgress;
}
