import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { KeyValue, PartitionKey } from "../core/partition-key.ts";
import { type PlainData, whyNotPlain } from "../core/plain-data.ts";
import { checkCount, newRunId, RESERVED_ARGUMENTS, RUN_MODES, type RunMode } from "../core/run.ts";
import { bundleDefinition } from "../model/bundle.ts";
import type { KeyArgument } from "../model/define-model.ts";
import type { RunSpec } from "../pipeline/plan-run.ts";
import type { TrainContext } from "../pipeline/train.ts";
import { completedRun } from "../runs/read-index.ts";
import type { DoparOptions } from "./dopar-options.ts";
import { openWorkers } from "./open-engine.ts";
import { runContext } from "./run-context.ts";
import { workerEntry } from "./worker-entry.ts";
import type { Keys, Workspace } from "./workspace.ts";

/** What a loop's options and the configuration make of a run. */
export async function runSpec<Exports>(
  workspace: Workspace,
  keyArg: string,
  keys: Keys | undefined,
  definition: URL | string,
  options: DoparOptions<Exports>,
): Promise<{ spec: RunSpec; context: TrainContext }> {
  const { train: configured, parallel_lab: lab } = workspace.config;
  if (RESERVED_ARGUMENTS.includes(keyArg))
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
  const refined = options.refines === undefined ? undefined : await completedRun(workspace.engine, options.refines);
  const query = refined?.manifest.snapshot.query ?? workspace.dataQuery(options.dataQuery);
  const file =
    definition instanceof URL ? fileURLToPath(definition) : path.resolve(workspace.config.directory, definition);
  const bundle = await bundleDefinition(file);
  const mode = options.mode ?? configured.mode;
  if (!RUN_MODES.includes(mode))
    throw new ManymodelError("usage", `mode is ${show(mode)}; it must be one of ${RUN_MODES.join(", ")}`);
  for (const name of ["timeBudget", "hardDeadline", "workerType", "preWarm"] as const)
    if (options[name] !== undefined && mode !== "queue")
      throw new ManymodelError(
        "usage",
        `${name} is ${show(options[name])}, but only mode queue has one, and the mode is ${mode}; --mode queue, or train.mode: queue`,
      );
  const { context, count } = await trainContext(workspace, mode, options);
  const { queue } = workspace.config;
  const budget = options.timeBudget ?? queue.time_budget;
  const deadline = options.hardDeadline ?? queue.hard_deadline;
  const maxFailed = options.maxFailed ?? configured.max_failed;
  const timeout = options.fitTimeout ?? configured.fit_timeout;
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
    ...(options.model !== undefined && { model: options.model }),
    exports,
    seed: options.seed ?? configured.seed,
    chunks: options.chunksPerJob ?? configured.chunks_per_job ?? lab?.demo_tasks_chunks_per_job ?? "auto",
    workers: count,
    maxAttempts: options.maxAttempts ?? configured.max_attempts,
    ...(timeout !== undefined && { fitTimeoutMs: parseDuration("fit_timeout", timeout) }),
    ...(maxFailed !== undefined && { maxFailed }),
    ...(mode === "queue" && { limits }),
    ...(refined !== undefined && { refines: refined.runId, snapshot: refined.manifest.snapshot }),
  };
  return { spec, context };
}

/** Returns the context of training in a mode, and the number of workers, by the options and the configuration. */
export async function trainContext(
  { config, engine }: Workspace,
  mode: RunMode,
  options: Pick<DoparOptions, "workers" | "workerType" | "preWarm" | "onProgress">,
): Promise<{ context: TrainContext; count: number }> {
  if (options.workers !== undefined) checkCount("workers", options.workers);
  const { queue, train, parallel_lab: lab } = config;
  const workers = await openWorkers(engine, mode);
  const inQueue = mode === "queue" ? (queue.n_workers ?? lab?.demo_queue_n_workers) : undefined;
  const wanted = options.workers ?? inQueue ?? train.workers;
  const context = {
    ...runContext(engine, options.onProgress),
    entry: workerEntry(engine.address, mode === "local" ? undefined : train.memory_limit_mb),
    workers,
    queue: { type: options.workerType ?? queue.worker_type, preWarm: options.preWarm ?? queue.pre_warm },
  };
  return { context, count: mode === "local" ? 1 : wanted === "auto" ? workers.parallelism : wanted };
}

function toKey(columns: readonly string[], key: KeyArgument): PartitionKey {
  if (typeof key !== "object" || key === null) return [key as KeyValue];
  return columns.map((name) => {
    const found = Object.keys(key).find((own) => own.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw new ManymodelError("usage", `key ${show(key)} has no value for ${name}`);
    return (key as Record<string, KeyValue>)[found]!;
  });
}
