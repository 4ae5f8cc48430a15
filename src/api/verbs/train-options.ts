import type { PlainData } from "../../core/columns/plain-data.ts";
import type { Launcher } from "../../core/launcher.ts";
import type { RunMode } from "../../core/run.ts";
import type { LongCallOptions } from "../run-context.ts";
import type { Keys, SourceQuery } from "../workspace.ts";

/** Options of training. Options left out come from the configuration. */
export interface TrainOptions<Exports = { readonly [name: string]: PlainData }> extends LongCallOptions {
  /** The rows to train on; the configured source when left out. */
  readonly source?: SourceQuery;
  /** The partitions to train; all of the source's when left out. */
  readonly keys?: Keys;
  /** The name under which a definition receives its partition's key; `train.key_arg` when left out. */
  readonly keyArg?: string;
  /** Plain data passed to every call of the definition. It replaces the configured values of the same names. */
  readonly exports?: Exports;
  /**
   * `tasks`: all chunks at once, in parallel; each must end. `queue`: workers get chunks in the order of the keys,
   * within the time budget. `local`: in this process, for developing a definition.
   */
  readonly mode?: RunMode;
  /** The number of chunks of the run, or `"auto"` for about 16 per worker, each of at most 2,000 partitions. */
  readonly chunks?: number | "auto";
  /** Worker threads; one per core when left out. */
  readonly workers?: number;
  /** The run's id; made from the time when left out. */
  readonly runId?: string;
  readonly seed?: number;
  readonly maxAttempts?: number;
  /** The number of partitions that may fail, or their share (below 1). Beyond it no further chunk starts. */
  readonly maxFailed?: number;
  /** The most time for one partition (`"60s"`, or seconds). A partition that takes longer fails as `timeout`. */
  readonly fitTimeout?: string | number;
  /** In queue mode, the time from the first claim after which no further chunk starts (`"10m"`, or seconds). */
  readonly timeBudget?: string | number;
  /** In queue mode, the time from the first claim after which running chunks end as `failed: deadline`. */
  readonly hardDeadline?: string | number;
  /** In queue mode, `ephemeral` workers are started for this run; `persistent` workers already serve the workspace. */
  readonly workerType?: "ephemeral" | "persistent";
  /** In queue mode, true if the first chunk waits until all workers are ready. */
  readonly preWarm?: boolean;
  /** A completed run whose partitions this run improves. It reads the same pinned data. */
  readonly refines?: string;
  /**
   * A completed run: training leaves out partitions whose data have not changed since, and carries them over. It is a
   * run's id, a version or alias of `register.model`, or `true` for the newest version's run. `false` trains all
   * partitions; `train.changed_only` when left out.
   */
  readonly changedSince?: string | boolean;
  /** Machines that train instead of this one: the configured fleet (`true`), or a launcher. */
  readonly fleet?: Launcher | true;
}
