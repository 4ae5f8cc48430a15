import { hostname, userInfo } from "node:os";
import path from "node:path";
import type { Advice } from "../advise/advise.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { PlainData } from "../core/plain-data.ts";
import {
  checkCount,
  type DataQuery,
  type IndexSummary,
  type RunManifest,
  type RunMode,
  type Snapshot,
} from "../core/run.ts";
import type { KeyArgument, ModelDefinition } from "../model/define-model.ts";
import { keyArgument } from "../model/key-argument.ts";
import { type Estimate, estimateRun } from "../pipeline/estimate.ts";
import { collectGarbage, findGarbage, type Garbage } from "../pipeline/garbage.ts";
import type { OnProgress } from "../pipeline/progress.ts";
import { resumeRun, unfinishedRun } from "../pipeline/resume.ts";
import { train } from "../pipeline/train.ts";
import { type Verification, verifyRun } from "../pipeline/verify.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { ReconcileSummary } from "../reconcile/reconcile-tables.ts";
import { type Champions, type ChampionsSpec, collectChampions } from "../refine/champions.ts";
import { type Comparison, compareRuns } from "../refine/compare.ts";
import { type Ranking, type RankOptions, rank } from "../refine/rank.ts";
import { type ChangedSummary, trainChanged } from "../registry/train-changed.ts";
import { engineAddress } from "./engine-address.ts";
import { resumeOnFleet, trainOnFleet } from "./fleet-run.ts";
import { type Monitored, type MonitorOptions, monitor } from "./monitor.ts";
import { openEngine } from "./open-engine.ts";
import { type Launcher, openFleet } from "./open-fleet.ts";
import { packageVersion } from "./package-version.ts";
import { type ReconcileTablesOptions, reconcileForecasts } from "./reconcile.ts";
import { type RefinedRun, type RefineOptions, refine } from "./refine.ts";
import { Registry } from "./registry.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { runSpec, trainersFor } from "./run-spec.ts";

/** Which rows make up the partitions; the seed's `data_query`. */
export interface LoopQuery {
  /** A table of the workspace, or a file (see `source.table` of the configuration). */
  readonly table: string;
  /** One column, or several for a composite key. */
  readonly keyColumn: string | readonly string[];
  /** The columns to read; all when left out. */
  readonly columns?: readonly string[];
  /** The order of a partition's rows; the last column is the series' time. */
  readonly orderBy?: readonly string[];
  /** Two rows of one partition with the same time: fail that partition (default), or keep both. */
  readonly duplicates?: "fail" | "keep";
}

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

/** How to go on with a run. */
export type ResumeOptions = Pick<DoparOptions, "workers" | "workerType" | "preWarm" | "onProgress">;

/** What to look at for advice. Everything left out comes from the configuration. */
export interface AdviceOptions {
  readonly dataQuery?: LoopQuery;
  readonly target?: string;
  /** Observations per season; 1: look for it. */
  readonly period?: number;
  readonly horizon?: number;
  /** How many partitions to look at; default 100. */
  readonly sample?: number;
  readonly seed?: number;
}

/** A completed run. */
export interface Run {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  /** With `changedSince`: what of it is new. */
  readonly changed?: ChangedSummary;
}

/** A loop over partition keys, waiting for its body. */
export interface Loop {
  /**
   * Trains one model per partition with a model definition, in parallel, and keeps every model. Resolves when every
   * partition has exactly one row: a model, or the reason why there is none.
   *
   * @typeParam Definition - the type of the definition's default export, to have `exports` checked against it
   * @param definition - the module (TypeScript or JavaScript) whose default export is the definition
   * @throws {ManymodelError} if the definition cannot be bundled, the data not be read, or the run id is taken
   */
  dopar<Definition = ModelDefinition<object, { readonly [name: string]: PlainData }, object>>(
    definition: URL | string,
    options?: DoparOptions<Definition extends ModelDefinition<infer _, infer Exports, infer _> ? Exports : never>,
  ): Promise<Run>;
  /**
   * Trains a sample of the partitions, keeps nothing of it, and says what the whole run will take.
   *
   * @param sampleSize - how many partitions; default 20
   */
  plan(definition: URL | string, options?: DoparOptions, sampleSize?: number): Promise<Estimate>;
}

/** A list of all partition keys of the source, for `foreach`; composite keys are objects of column name to value. */
export type Keys = readonly KeyArgument[];

/** Partitions that `plan` trains when it is not told how many. */
const SAMPLE_SIZE = 20;

/** An open workspace: the loop, its data, and the registry. */
export class ManyModel {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  readonly registry: Registry;

  constructor(config: LoadedConfig, engine: Engine) {
    this.config = config;
    this.engine = engine;
    this.registry = new Registry(engine, (table) => this.table(table), actor());
  }

  /** All partition keys of the configured source, or of the one given, in their order; NULL is a key. */
  async keys(query?: LoopQuery): Promise<Keys> {
    const snapshot = await this.snapshot(query);
    const keys = await this.engine.tables.keys(snapshot, 0, snapshot.partitions);
    return keys.map((key) => keyArgument(snapshot.keyColumns, key));
  }

  /**
   * Starts a loop: `mm.foreach({ unit_id: await mm.keys() }).dopar(…)`. The name given is the name under which the
   * body receives its key.
   */
  foreach(iteration: { readonly [variable: string]: Keys }): Loop {
    const entries = Object.entries(iteration);
    if (entries.length !== 1)
      throw new ManymodelError(
        "usage",
        `foreach takes one loop variable, it got ${entries.length}; for composite keys loop over objects such as { STORE_ID, SKU_ID }`,
      );
    const [keyArg, keys] = entries[0]!;
    if (!Array.isArray(keys) || keys.length === 0)
      throw new ManymodelError("usage", `${keyArg} must be a list of at least one key; it is ${show(keys)}`);
    return this.#loop(keyArg, keys);
  }

  /** Trains every partition of the source, without listing the keys first: the loop for millions of them. */
  foreachPartition(keyArg: string): Loop {
    return this.#loop(keyArg, undefined);
  }

  /**
   * Goes on with a run that was left unfinished (its process was killed, the machine went down), under its pinned plan:
   * partitions with a committed result are not done again.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if there is nothing to go on with
   */
  async resume(runId: string, options: ResumeOptions = {}): Promise<Run> {
    const { manifest } = await unfinishedRun(this.engine, runId);
    const { mode, fleet } = manifest;
    // A collection that was left unfinished has nothing to train.
    if (mode === "champions" || mode === "patch" || mode === "changed")
      throw new ManymodelError("conflict", `run ${runId} only collects models of others; make it again`);
    const { trainers, count } = await trainersFor(this, mode, options);
    const resumed =
      fleet === undefined
        ? await resumeRun(this.engine, runId, trainers, count, options.onProgress)
        : await resumeOnFleet(this, await openFleet(this, fleet as Launcher), runId, trainers, options.onProgress);
    return { runId, ...resumed };
  }

  /**
   * The run to compare with when only what has changed is to be trained: the one given, by its id or as a version or alias
   * of a model; the newest version's when left out, or null if there is none.
   *
   * @throws {ManymodelError} `not-found` if there is no such run or version
   */
  async earlierRun(model: string, named?: string): Promise<string | null> {
    if (named === undefined) return (await this.registry.getModelVersion(model))?.runId ?? null;
    if ((await this.engine.catalog.run(named)) !== undefined) return named;
    return (await this.registry.knownModelVersion(model, named)).runId;
  }

  /** Trains those partitions of a completed run again that failed or were skipped, in a run of its own. */
  retry(runId: string, options: RetryOptions = {}): Promise<Run> {
    return retry(this, runId, options);
  }

  /** Reads every artifact of a completed run, and says what is missing or was altered. */
  verify(runId: string): Promise<Verification> {
    return verifyRun(this.engine, runId);
  }

  /**
   * Finds what no run in progress, version or alias needs any more.
   *
   * @param options.olderThan - snapshots and parts of tables younger than this stay (`"24h"`, the default, or seconds)
   * @param options.delete - also delete it
   */
  garbage(options: { olderThan?: string | number; delete?: boolean } = {}): Promise<Garbage[]> {
    return during({ phase: "clean" }, async () => {
      const found = await findGarbage(this.engine, parseDuration("olderThan", options.olderThan ?? "24h"));
      if (options.delete) await collectGarbage(this.engine, found);
      return found;
    });
  }

  /** Ranks the partitions of a completed run by a metric of which less is better, the worst first. */
  rank(runId: string, options: RankOptions): Promise<Ranking> {
    return rank(this.engine, runId, options);
  }

  /** Has a contest for each of the worst partitions of a completed run, in queue mode, the worst first. */
  refine(options: RefineOptions): Promise<RefinedRun> {
    return refine(this, options);
  }

  /** Compares two completed runs by a metric, partition by partition. */
  compare(runA: string, runB: string, metric: string): Promise<Comparison> {
    return compareRuns(this.engine, runA, runB, metric);
  }

  /** Collects the best partitions of several completed runs as one that can be registered, without copying models. */
  champions(spec: ChampionsSpec): Promise<Champions> {
    return collectChampions(this.engine, spec, new Date(), packageVersion);
  }

  /** Makes forecasts of several levels of a hierarchy add up, into a table of their own. */
  reconcile(options: ReconcileTablesOptions = {}): Promise<ReconcileSummary> {
    return reconcileForecasts(this, options);
  }

  /** Holds forecasts against the observations that have come since, and says which partitions drift. */
  monitor(options: MonitorOptions = {}): Promise<Monitored> {
    return monitor(this, options);
  }

  /** Says, from a sample of the source, whether one model per partition or one for all is right, and why. */
  async advise(options: AdviceOptions = {}): Promise<Advice> {
    const { source, train } = this.config;
    const { advise } = await import("../advise/advise.ts");
    return advise(this.engine, {
      query: this.dataQuery(options.dataQuery),
      target: options.target ?? source?.target ?? "Y",
      period: options.period ?? source?.period ?? 1,
      horizon: options.horizon ?? train.horizon,
      sample: options.sample ?? 100,
      seed: options.seed ?? train.seed,
      workers: this.engine.workers.parallelism,
    });
  }

  /** The configured source, or the one given, as it is now: its columns, partitions and rows, read and pinned. */
  snapshot(query?: LoopQuery): Promise<Snapshot> {
    return this.engine.tables.snapshot(this.dataQuery(query));
  }

  /** The query given, or the configured one. */
  dataQuery(query?: LoopQuery): DataQuery {
    const { source, file } = this.config;
    if (query !== undefined) {
      const { keyColumn, duplicates = "fail", ...rest } = query;
      const keyColumns = typeof keyColumn === "string" ? [keyColumn] : keyColumn;
      return { ...rest, table: this.table(query.table), keyColumns, duplicates };
    }
    if (source === undefined)
      throw new ManymodelError("config", `${file} has no source; add source.table and source.partition_by`);
    return {
      table: this.table(source.table),
      keyColumns: source.partition_by,
      ...(source.columns !== undefined && { columns: source.columns }),
      ...(source.order_by !== undefined && { orderBy: source.order_by }),
      duplicates: source.duplicates,
    };
  }

  /** A table's name as it is, or a path made absolute: relative paths mean the configuration's directory. */
  table(table: string): string {
    const isName = this.engine.tables.hasSchemas ? !/[/\\]/.test(table) : /^[A-Za-z_][A-Za-z0-9_]*$/.test(table);
    return isName ? table : path.resolve(this.config.directory, table);
  }

  /** Releases the workspace. */
  close(): Promise<void> {
    return this.engine.close();
  }

  #loop(keyArg: string, keys: Keys | undefined): Loop {
    return {
      dopar: async (definition, options = {}) => {
        const { changedSince: since, fleet, onProgress } = options;
        if (since && fleet !== undefined)
          throw new ManymodelError("usage", "a fleet trains whole runs; leave out changedSince, or the fleet");
        if (since !== undefined && keys !== undefined)
          throw new ManymodelError(
            "usage",
            "changedSince looks at every partition of the source; use foreachPartition",
          );
        const { spec, trainers } = await runSpec(this, keyArg, keys, definition, options);
        const run = since
          ? await during({ phase: "plan", run: spec.runId }, () =>
              trainChanged(this.engine, spec, since, trainers, packageVersion, onProgress),
            )
          : fleet === undefined
            ? await train(this.engine, spec, trainers, packageVersion, onProgress)
            : await trainOnFleet(this, await openFleet(this, fleet), spec, trainers, onProgress);
        const { runId, partitions } = run.manifest;
        const all = { since: null, trained: partitions, carried: 0, why: "there is no earlier run" };
        return { runId, ...(since === null && { changed: all }), ...run };
      },
      plan: async (definition, options = {}, sampleSize = SAMPLE_SIZE) => {
        checkCount("sample", sampleSize);
        const { spec, trainers } = await runSpec(this, keyArg, keys, definition, options);
        const price = this.config.cost?.cpu_hour ?? null;
        return estimateRun(this.engine, spec, trainers.entry, trainers.workers, sampleSize, price);
      },
    };
  }
}

/**
 * Opens a workspace by its configuration file, or by a configuration given as an object.
 *
 * @throws {ManymodelError} `config` naming file, line, key and what was expected
 */
export async function connect(config: string | LoadedConfig = "manymodel.yaml"): Promise<ManyModel> {
  const loaded = typeof config === "string" ? await loadConfig(config) : config;
  return new ManyModel(loaded, await openEngine(engineAddress(loaded)));
}

/** Who uses this process, as the audit log names them. */
function actor(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
}
