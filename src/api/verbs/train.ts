import { fileURLToPath } from "node:url";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError } from "../../core/errors.ts";
import { checkCount, type IndexSummary, type RunManifest } from "../../core/run.ts";
import { creditsByMode } from "../../core/snowflake-credits.ts";
import type { ModelDefinition } from "../../model/define-model.ts";
import { type Estimate, estimateRun } from "../../pipeline/estimate.ts";
import { keepAttributes } from "../../pipeline/keep-attributes.ts";
import { train as trainRun } from "../../pipeline/train.ts";
import { during } from "../../ports/activity.ts";
import { type ChangedSummary, trainChanged } from "../../registry/train-changed.ts";
import { completedRun } from "../../runs/read-index.ts";
import type { ModelChoice } from "../configured-model.ts";
import { openFleet } from "../open-fleet.ts";
import { runSpec, type SpecOptions } from "../run-spec.ts";
import { type SourceQuery, sourceAttributes, type Workspace } from "../workspace.ts";
import { trainOnFleet } from "./fleet-run.ts";
import type { TrainOptions } from "./train-options.ts";

/** A completed run. */
export interface Run {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  /** With `changedSince`: the partitions that were trained, and those carried over. */
  readonly changed?: ChangedSummary;
}

/** The exports that a definition's type asks for. */
export type ExportsOf<Definition> =
  Definition extends ModelDefinition<infer _, infer Exports, infer _> ? Exports : never;

/** A definition whose exports are any plain data. */
export type AnyExports = ModelDefinition<object, { readonly [name: string]: PlainData }, object>;

/**
 * Trains one model per partition in parallel, and keeps every model. Resolves when every partition has exactly one row: a
 * model, or the reason why there is none.
 *
 * @param model - a built-in model by name, with its options, or the module of a definition; the configured one when left out
 * @throws {ManymodelError} if the definition cannot be bundled, the data cannot be read, or the run id is taken
 */
export async function train<Exports>(
  workspace: Workspace,
  model: ModelChoice | undefined,
  options: TrainOptions<Exports>,
): Promise<Run> {
  const { config } = workspace;
  const { changedSince = config.train.changed_only, ...rest } = options;
  const { definition, choice } = await namedModel(workspace, model, options);
  const since = changedSince === false ? undefined : await earlierRun(workspace, changedSince);
  return trainDefinition(workspace, definition, { ...rest, ...choice }, since);
}

/**
 * Trains a sample of the partitions, keeps nothing, and estimates the time, memory and cost of the whole run.
 *
 * @param sample - how many partitions
 */
export async function plan<Exports>(
  workspace: Workspace,
  model: ModelChoice | undefined,
  { sample = SAMPLE_SIZE, ...options }: TrainOptions<Exports> & { readonly sample?: number },
): Promise<Estimate> {
  const { definition, choice } = await namedModel(workspace, model, options);
  return estimate(workspace, definition, { ...options, ...choice }, sample);
}

/** The number of partitions that `plan` trains by default. */
export const SAMPLE_SIZE = 20;

/** Resolves a model's definition, and the options that choose it: its exports, and its name where the call gives one. */
export async function namedModel(
  workspace: Workspace,
  model: ModelChoice | undefined,
  { exports, source }: { readonly exports?: unknown; readonly source?: SourceQuery } = {},
) {
  // The forecasting methods are loaded with it.
  const { configuredModel, withConfiguredOptions } = await import("../configured-model.ts");
  const chosen = model instanceof URL ? fileURLToPath(model) : model;
  const complete = typeof chosen === "string" ? withConfiguredOptions(workspace, chosen) : chosen;
  const configured = await configuredModel(workspace, complete ?? workspace.config.model, source);
  return {
    definition: configured.definition,
    choice: {
      exports: { ...configured.exports, ...(exports as { readonly [name: string]: PlainData } | undefined) },
      external: configured.external,
      isQuick: configured.isQuick,
      ...(typeof chosen === "string" && { model: chosen }),
    },
  };
}

/**
 * Trains by a definition whose exports are complete.
 *
 * @param since - the run to carry unchanged partitions over from; null: there is none yet; undefined: train all
 */
export async function trainDefinition<Exports>(
  workspace: Workspace,
  definition: URL | string,
  { fleet, ...options }: Omit<TrainOptions<Exports>, "changedSince"> & SpecOptions<Exports>,
  since?: string | null,
): Promise<Run> {
  if (since && fleet !== undefined)
    throw new ManymodelError("usage", "a fleet trains whole runs; leave out changedSince, or the fleet");
  if (since !== undefined && options.keys !== undefined)
    throw new ManymodelError("usage", "changedSince looks at every partition of the source; use foreachPartition");
  const earlier = since ? { earlier: (await completedRun(workspace.engine, since)).manifest } : {};
  const { spec, context } = await runSpec(workspace, definition, { ...options, ...earlier });
  if (options.refines === undefined)
    await during({ phase: "plan", run: spec.runId }, () =>
      keepAttributes(workspace.engine, spec.query, sourceAttributes(workspace, options.source)),
    );
  const run = since
    ? await during({ phase: "plan", run: spec.runId }, () => trainChanged(workspace.engine, spec, since, context))
    : fleet === undefined
      ? await trainRun(workspace.engine, spec, context)
      : await trainOnFleet(workspace, await openFleet(workspace, fleet), spec, context);
  const { runId, partitions } = run.manifest;
  const all = { since: null, trained: partitions, carried: 0, why: "there is no earlier run" };
  return { runId, ...(since === null && { changed: all }), ...run };
}

/** Estimates a run from a sample of its partitions. */
export async function estimate<Exports>(
  workspace: Workspace,
  definition: URL | string,
  options: SpecOptions<Exports>,
  sample: number,
): Promise<Estimate> {
  checkCount("sample", sample);
  const { spec, context } = await runSpec(workspace, definition, options);
  const pricePerCpuHour = workspace.config.cost?.cpu_hour ?? null;
  const estimated = await estimateRun(workspace.engine, spec, context, { sampleSize: sample, pricePerCpuHour });
  const { credits } = workspace.config.snowflake ?? {};
  const { address } = workspace.engine;
  if (credits === undefined || address.engine !== "snowflake") return estimated;
  const { warehouse, warehouse_threads: warehouseThreads, node, serverless } = credits;
  const rates = { warehouse, warehouseThreads, serverless, ...(node !== undefined && { node }) };
  const containers = address.containers && {
    replicas: address.containers.replicas,
    threads: Math.ceil(address.containers.cpu),
  };
  return {
    ...estimated,
    credits: creditsByMode(estimated.cpuSeconds, estimated.workers, rates, containers),
  };
}

/**
 * Returns the run to compare with when only changed partitions are to be trained: a run's id, a version or an alias of
 * `register.model`, or `true` for the newest version's run, which is null if there is none.
 *
 * @throws {ManymodelError} `not-found` if there is no such run or version
 */
export async function earlierRun({ config, engine, models }: Workspace, since: string | true): Promise<string | null> {
  const { model } = config.register;
  if (since === true) return (await models.find(model))?.runId ?? null;
  if ((await engine.catalog.run(since)) !== undefined) return since;
  return (await models.get(model, since)).runId;
}
