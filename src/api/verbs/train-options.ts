import type { PlainData } from "../../core/columns/plain-data.ts";
import type { Launcher } from "../../core/launcher.ts";
import type { RunMode } from "../../core/run.ts";
import type { LongCallOptions } from "../run-context.ts";
import type { Keys, SourceQuery } from "../workspace.ts";

/** Options of training. The configuration has everything left out. */
export interface TrainOptions<Exports = { readonly [name: string]: PlainData }> extends LongCallOptions {
  /** The rows to train on; the configured source when left out. */
  readonly source?: SourceQuery;
  /** The partitions to train; all of the source's when left out. */
  readonly keys?: Keys;
  /** The name under which a definition receives its partition's key; `train.key_arg` when left out. */
  readonly keyArg?: string;
  /** Plain data sent to every call of the definition, in place of the configured values of the same names. */
  readonly exports?: Exports;
  /**
   * `tasks`: all chunks at once, worked on in parallel; each must end. `queue`: chunks fed to the workers in the order
   * of the keys, as long as the time budget lasts. `local`: in this process, for developing a definition.
   */
  readonly mode?: RunMode;
  /** Into how many chunks the run is split; `"auto"`: about 16 per worker, none above 2,000 partitions. */
  readonly chunks?: number | "auto";
  /** Worker threads; one per core when left out. */
  readonly workers?: number;
  /** The run's id; made from the time when left out. */
  readonly runId?: string;
  readonly seed?: number;
  readonly maxAttempts?: number;
  /** The number of partitions that may fail, or their share (below 1), before no further chunk starts. */
  readonly maxFailed?: number;
  /**
   * The time that the definition may take for one partition before that partition fails as `timeout` (`"60s"`, or
   * seconds).
   */
  readonly fitTimeout?: string | number;
  /** Queue mode: after this long from the first claim no further chunk starts (`"10m"`, or seconds). */
  readonly timeBudget?: string | number;
  /** Queue mode: after this long from the first claim running chunks end as `failed: deadline`. */
  readonly hardDeadline?: string | number;
  /** Queue mode: `ephemeral` workers are started for this run; `persistent` ones serve the workspace already. */
  readonly workerType?: "ephemeral" | "persistent";
  /** Queue mode: whether the first chunk waits until all workers are ready. */
  readonly preWarm?: boolean;
  /** A completed run whose partitions this one is to improve: it reads the same pinned data. */
  readonly refines?: string;
  /**
   * Trains only partitions whose data have changed since a completed run, and carries the others over: a run's id, a
   * version or alias of `register.model`, or `true` for the newest version's run. `false` trains all; `train.changed_only`
   * when left out.
   */
  readonly changedSince?: string | boolean;
  /** Machines that train in place of this one: the configured ones (`true`), or those of a launcher. */
  readonly fleet?: Launcher | true;
}
