import path from "node:path";
import { fileURLToPath } from "node:url";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { KeyValue, PartitionKey } from "../core/partition-key.ts";
import { type PlainData, whyNotPlain } from "../core/plain-data.ts";
import {
  checkCount,
  type DataQuery,
  type IndexSummary,
  newRunId,
  RUN_MODES,
  type RunManifest,
  type RunMode,
  type Snapshot,
} from "../core/run.ts";
import { bundleDefinition } from "../model/bundle.ts";
import type { KeyArgument, ModelDefinition } from "../model/define-model.ts";
import { keyArgument } from "../model/key-argument.ts";
import type { OnProgress } from "../pipeline/progress.ts";
import { train } from "../pipeline/train.ts";
import type { Engine } from "../ports/engine.ts";
import { openEngine, openWorkers } from "./open-engine.ts";
import { packageVersion } from "./package-version.ts";
import { Registry } from "./registry.ts";
import { workerEntry } from "./worker-entry.ts";

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
  /** Queue mode: after this long from the first claim no chunk is begun any more (`"10m"`, or seconds). */
  readonly timeBudget?: string | number;
  /** Queue mode: after this long from the first claim what still runs ends as `failed: deadline`. */
  readonly hardDeadline?: string | number;
  /** Queue mode: `ephemeral` workers are started for this run; `persistent` ones serve the workspace already. */
  readonly workerType?: "ephemeral" | "persistent";
  /** Queue mode: whether the first chunk waits until all workers are ready. */
  readonly preWarm?: boolean;
  /** The run whose partitions this one is to improve; kept in its manifest. */
  readonly refines?: string;
  readonly onProgress?: OnProgress;
}

/** A completed run. */
export interface Run {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
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
}

/** A list of all partition keys of the source, for `foreach`; composite keys are objects of column name to value. */
export type Keys = readonly KeyArgument[];

/** An open workspace: the loop, its data, and the registry. */
export class ManyModel {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  readonly registry: Registry;

  constructor(config: LoadedConfig, engine: Engine) {
    this.config = config;
    this.engine = engine;
    this.registry = new Registry(engine, (table) => this.table(table));
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
    return { dopar: (definition, options) => this.#dopar(keyArg, keys, definition, options ?? {}) };
  }

  /** Trains every partition of the source, without listing the keys first: the loop for millions of them. */
  foreachPartition(keyArg: string): Loop {
    return { dopar: (definition, options) => this.#dopar(keyArg, undefined, definition, options ?? {}) };
  }

  /** The configured source, or the one given, as it is now: its columns, partitions and rows, read and pinned. */
  snapshot(query?: LoopQuery): Promise<Snapshot> {
    return this.engine.tables.snapshot(this.#dataQuery(query));
  }

  /** The query given, or the configured one. */
  #dataQuery(query?: LoopQuery): DataQuery {
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
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(table) ? table : path.resolve(this.config.directory, table);
  }

  /** Releases the workspace. */
  close(): Promise<void> {
    return this.engine.close();
  }

  async #dopar<Exports>(
    keyArg: string,
    keys: Keys | undefined,
    definition: URL | string,
    options: DoparOptions<Exports>,
  ): Promise<Run> {
    const { train: configured, parallel_lab: lab } = this.config;
    if (["data", "exports", "seed", "model", "horizon", "levels"].includes(keyArg))
      throw new ManymodelError(
        "usage",
        `the loop variable cannot be called ${keyArg}; the body receives something else by that name`,
      );
    if ((options.saveModels as boolean | undefined) === false)
      throw new ManymodelError(
        "usage",
        "saveModels is false, but every model is kept: registering and scoring need them",
      );
    const exports = (options.exports ?? configured.exports) as PlainData;
    const why = whyNotPlain(exports, "exports");
    if (why !== undefined) throw new ManymodelError("usage", why);
    const query = this.#dataQuery(options.dataQuery);
    const file =
      definition instanceof URL ? fileURLToPath(definition) : path.resolve(this.config.directory, definition);
    const bundle = await bundleDefinition(file);
    const mode = options.mode ?? configured.mode;
    if (!RUN_MODES.includes(mode))
      throw new ManymodelError("usage", `mode is ${show(mode)}; it must be one of ${RUN_MODES.join(", ")}`);
    if (options.workers !== undefined) checkCount("workers", options.workers);
    const { engine } = this;
    const workers = await openWorkers(engine, mode);
    const queue = this.config.queue;
    const inQueue = mode === "queue" ? (queue.n_workers ?? lab?.demo_queue_n_workers) : undefined;
    const wanted = inQueue ?? configured.workers;
    const configuredWorkers = wanted === "auto" ? workers.parallelism : wanted;
    const budget = options.timeBudget ?? queue.time_budget;
    const deadline = options.hardDeadline ?? queue.hard_deadline;
    const limits = {
      timeBudgetMs: budget === undefined ? null : parseDuration("time_budget", budget),
      hardDeadlineMs: deadline === undefined ? null : parseDuration("hard_deadline", deadline),
    };
    const spec = {
      runId: options.modelRunId ?? newRunId(mode, new Date(), Math.random),
      mode,
      query,
      ...(keys !== undefined && { keys: keys.map((key) => toKey(query.keyColumns, key)) }),
      keyArg,
      definition: bundle,
      exports,
      seed: options.seed ?? configured.seed,
      chunks: options.chunksPerJob ?? configured.chunks_per_job ?? lab?.demo_tasks_chunks_per_job ?? "auto",
      workers: mode === "local" ? 1 : (options.workers ?? configuredWorkers),
      maxAttempts: options.maxAttempts ?? configured.max_attempts,
      ...(mode === "queue" && { limits }),
      ...(options.refines !== undefined && { refines: options.refines }),
    };
    const trainers = {
      entry: workerEntry(engine.address),
      workers,
      queue: {
        type: options.workerType ?? queue.worker_type,
        preWarm: options.preWarm ?? queue.pre_warm,
      },
    };
    const { manifest, index } = await train(engine, spec, trainers, packageVersion, options.onProgress);
    return { runId: manifest.runId, manifest, index };
  }
}

/**
 * Opens a workspace by its configuration file, or by a configuration given as an object.
 *
 * @throws {ManymodelError} `config` naming file, line, key and what was expected
 */
export async function connect(config: string | LoadedConfig = "manymodel.yaml"): Promise<ManyModel> {
  const loaded = typeof config === "string" ? await loadConfig(config) : config;
  const engine = await openEngine({
    engine: loaded.engine,
    workspace: path.resolve(loaded.directory, loaded.workspace),
  });
  return new ManyModel(loaded, engine);
}

function toKey(columns: readonly string[], key: KeyArgument): PartitionKey {
  if (typeof key !== "object" || key === null) return [key as KeyValue];
  return columns.map((name) => {
    const found = Object.keys(key).find((own) => own.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw new ManymodelError("usage", `key ${show(key)} has no value for ${name}`);
    return (key as Record<string, KeyValue>)[found]!;
  });
}
