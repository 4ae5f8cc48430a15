import path from "node:path";
import { fileURLToPath } from "node:url";
import { boundExports } from "../core/bounds.ts";
import { type PlainData, whyNotPlain } from "../core/columns/plain-data.ts";
import { type Drivers, findDrivers } from "../core/drivers.ts";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { KeyValue, PartitionKey } from "../core/partition-key.ts";
import {
  checkCount,
  type DataQuery,
  newRunId,
  RESERVED_ARGUMENTS,
  RUN_MODES,
  type RunManifest,
  type RunMode,
  type Snapshot,
} from "../core/run.ts";
import { bundleDefinition } from "../model/bundle.ts";
import type { KeyArgument } from "../model/define-model.ts";
import { pinDrivers } from "../pipeline/pin-drivers.ts";
import type { RunSpec } from "../pipeline/plan-run.ts";
import type { TrainContext } from "../pipeline/train.ts";
import { completedRun } from "../runs/read-index.ts";
import { openWorkers } from "./open-engine.ts";
import { runContext } from "./run-context.ts";
import type { TrainOptions } from "./verbs/train-options.ts";
import { workerEntry } from "./worker-program.ts";
import { dataQuery, sourceBounds, sourceDrivers, type Workspace } from "./workspace.ts";

/** Options that only queue mode has. */
const QUEUE_OPTIONS = ["timeBudget", "hardDeadline", "workerType", "preWarm"] as const;

/** The options of a run whose definition is known. */
export type SpecOptions<Exports> = Omit<TrainOptions<Exports>, "changedSince" | "fleet"> & {
  /** The model that was named in place of the configuration's, as it was named: `resume` looks it up again. */
  readonly model?: string;
  /** A run that this one resumes or starts from: holidays are written out for the same years. */
  readonly earlier?: RunManifest;
  /** Packages that the definition's bundle leaves out. */
  readonly external?: readonly string[];
  /** True if a fit takes little longer than reading its rows. */
  readonly isQuick?: boolean;
};

/** Returns a run's specification, and its trainers, by the options and the configuration. */
export async function runSpec<Exports>(
  workspace: Workspace,
  definition: URL | string,
  options: SpecOptions<Exports>,
): Promise<{ spec: RunSpec; context: TrainContext }> {
  const { train: configured, queue, parallel_lab: lab } = workspace.config;
  const { keys, keyArg = configured.key_arg } = options;
  if (RESERVED_ARGUMENTS.includes(keyArg))
    throw new ManymodelError(
      "usage",
      `the loop variable cannot be called ${keyArg}; the body receives another argument by that name`,
    );
  const refined = options.refines === undefined ? undefined : await completedRun(workspace.engine, options.refines);
  const query = refined?.manifest.snapshot.query ?? dataQuery(workspace, options.source);
  const file =
    definition instanceof URL ? fileURLToPath(definition) : path.resolve(workspace.config.directory, definition);
  const { parseExports, ...bundle } = await bundleDefinition(file, options.external);
  const bounds =
    refined === undefined ? sourceBounds(workspace, options.source) : boundExports(refined.manifest.exports);
  const drivers = await runDrivers(workspace, { ...options, query, refined: refined?.manifest });
  const extras = { ...bounds, ...(drivers !== undefined && { drivers: checkPlain(drivers) }) };
  const exports = withSource(checkPlain(await parseExports(options.exports ?? configured.exports)), extras);
  const mode = options.mode ?? configured.mode;
  checkMode(mode, options);
  const { context, count } = await trainContext(workspace, mode, options);
  const budget = options.timeBudget ?? queue.time_budget;
  const deadline = options.hardDeadline ?? queue.hard_deadline;
  const maxFailed = options.maxFailed ?? configured.max_failed;
  const timeout = options.fitTimeout ?? configured.fit_timeout;
  const limits = {
    timeBudgetMs: budget === undefined ? null : parseDuration("time_budget", budget),
    hardDeadlineMs: deadline === undefined ? null : parseDuration("hard_deadline", deadline),
  };
  const spec = {
    runId: options.runId ?? newRunId(mode, new Date(), Math.random),
    mode,
    query,
    ...(keys !== undefined && { keys: keys.map((key) => toKey(query.keyColumns, key)) }),
    keyArg,
    definition: bundle,
    ...(options.model !== undefined && { model: options.model }),
    exports,
    seed: options.seed ?? configured.seed,
    chunks: options.chunks ?? configured.chunks ?? lab?.demo_tasks_chunks_per_job ?? "auto",
    workers: count,
    isQuick: options.isQuick ?? false,
    maxAttempts: options.maxAttempts ?? configured.max_attempts,
    ...(timeout !== undefined && { fitTimeoutMs: parseDuration("fit_timeout", timeout) }),
    ...(maxFailed !== undefined && { maxFailed }),
    ...(mode === "queue" && { limits }),
    // A table function that cannot be made is found before the run begins.
    check: async (snapshot: Snapshot) => {
      const { functions } = workspace.engine;
      if (!functions?.trains && functions?.scores !== "always") return;
      const { compileFitFunction, compilePredictFunction } = await import("../table-function/compile-function.ts");
      const seed = options.seed ?? configured.seed;
      if (functions.trains) await compileFitFunction(bundle.bytes, bundle.name, { snapshot, keyArg, exports, seed });
      if (functions.scores === "always" && bundle.predicts)
        await compilePredictFunction(bundle.bytes, bundle.name, snapshot);
    },
    ...(refined !== undefined && { refines: refined.runId, snapshot: refined.manifest.snapshot }),
  };
  return { spec, context };
}

/** The rows that drivers are pinned for, and the run that is refined. */
interface PinnedFrom {
  readonly query: DataQuery;
  readonly refined: RunManifest | undefined;
}

/**
 * Returns the drivers of a run's series: those of the run that it refines, or those pinned now; undefined where none
 * are stated.
 */
async function runDrivers(
  workspace: Workspace,
  { source, query, refined, earlier }: Pick<SpecOptions<unknown>, "source" | "earlier"> & PinnedFrom,
): Promise<Drivers | undefined> {
  if (refined !== undefined) return findDrivers(refined.exports);
  const sourceExports = sourceDrivers(workspace, source);
  if (sourceExports === undefined) return undefined;
  const snapshot = await workspace.engine.source.snapshot(query);
  return pinDrivers(sourceExports, snapshot, new Date(), findDrivers(earlier?.exports));
}

/** Returns the exports of a run with what its source states: what the exports themselves state comes first. */
function withSource(exports: PlainData, sourceExports: { readonly [name: string]: PlainData }): PlainData {
  if (Object.keys(sourceExports).length === 0) return exports;
  if (typeof exports !== "object" || exports === null || Array.isArray(exports))
    throw new ManymodelError(
      "usage",
      `exports are ${show(exports)}; with source.${Object.keys(sourceExports)[0]} they must be an object`,
    );
  return { ...sourceExports, ...exports };
}

/** Returns the exports of a run, which are plain data. @throws {ManymodelError} `usage` if they are not */
function checkPlain(exports: unknown): PlainData {
  const why = whyNotPlain(exports, "exports");
  if (why !== undefined) throw new ManymodelError("usage", why);
  return exports as PlainData;
}

/** @throws {ManymodelError} `usage` for an unknown mode, or an option that the mode does not have */
function checkMode(mode: RunMode, options: Pick<TrainOptions, (typeof QUEUE_OPTIONS)[number]>): void {
  if (!RUN_MODES.includes(mode))
    throw new ManymodelError("usage", `mode is ${show(mode)}; it must be one of ${RUN_MODES.join(", ")}`);
  for (const name of QUEUE_OPTIONS)
    if (options[name] !== undefined && mode !== "queue")
      throw new ManymodelError(
        "usage",
        `${name} is ${show(options[name])}, but only mode queue uses it, and the mode is ${mode}; set --mode queue, or train.mode: queue`,
      );
}

/** Returns the context of training in a mode, and the number of workers, by the options and the configuration. */
export async function trainContext(
  { config, engine }: Workspace,
  mode: RunMode,
  options: Pick<TrainOptions, "workers" | "workerType" | "preWarm" | "signal" | "onProgress">,
): Promise<{ context: TrainContext; count: number }> {
  if (options.workers !== undefined) checkCount("workers", options.workers);
  const { queue, train, parallel_lab: lab } = config;
  const workers = await openWorkers(engine, mode);
  const inQueue = mode === "queue" ? (queue.n_workers ?? lab?.demo_queue_n_workers) : undefined;
  const count = options.workers ?? inQueue ?? train.workers;
  const context = {
    ...runContext(engine, options),
    entry: workerEntry(engine.address, mode === "local" ? undefined : train.memory_limit_mb),
    workers,
    queue: { type: options.workerType ?? queue.worker_type, preWarm: options.preWarm ?? queue.pre_warm },
  };
  return { context, count: mode === "local" ? 1 : count === "auto" ? workers.parallelism : count };
}

/** Returns a key as a list of values, in the order of its columns. @throws {ManymodelError} `usage` if it lacks one */
export function toKey(columns: readonly string[], key: KeyArgument): PartitionKey {
  if (typeof key !== "object" || key === null) return [key as KeyValue];
  return columns.map((name) => {
    const match = Object.keys(key).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (match === undefined) throw new ManymodelError("usage", `key ${show(key)} has no value for ${name}`);
    return (key as Record<string, KeyValue>)[match]!;
  });
}
