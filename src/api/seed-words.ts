/**
 * The words of the R original for what this API calls otherwise, so that every call there has its counterpart here:
 * `foreach().dopar()` is `train`, `logManyModel` is `models.register`, `runBatch` is `score`. docs/from-r.md puts them side
 * by side. Nothing here does anything but rename.
 */
import { ManymodelError, show } from "../core/errors.ts";
import type { Annotation, AuditEntry, ModelAlias, ModelVersion } from "../core/registry.ts";
import type { Estimate } from "../pipeline/estimate.ts";
import type { BatchSummary } from "../pipeline/score-batch.ts";
import type { Stage } from "../ports/stage.ts";
import type { VersionDiff } from "../registry/diff.ts";
import type { Lineage } from "../registry/lineage.ts";
import type { Models, PatchOptions } from "./nouns/models.ts";
import type { ScoreOptions } from "./verbs/score.ts";
import type { AnyExports, ExportsOf, Run } from "./verbs/train.ts";
import type { TrainOptions } from "./verbs/train-options.ts";
import { startWork, type Work } from "./work.ts";
import { type Keys, rowsOf, type SourceQuery, type Workspace } from "./workspace.ts";

/** The rows that make up the partitions; the R original's `data_query`. */
export interface LoopQuery extends Omit<SourceQuery, "partitionBy"> {
  /** `partitionBy`. */
  readonly keyColumn: string | readonly string[];
}

/** Options of a loop: `TrainOptions` under the names of the R original. */
export interface DoparOptions<Exports = ExportsOf<AnyExports>>
  extends Omit<TrainOptions<Exports>, "chunks" | "runId" | "source" | "keys" | "keyArg" | "changedSince"> {
  /** `chunks`: the number of chunks of the run. */
  readonly chunksPerJob?: number | "auto";
  /** `runId`. */
  readonly modelRunId?: string;
  /** `source`. */
  readonly dataQuery?: LoopQuery;
  /** Must be true (the default): every model is kept. */
  readonly saveModels?: true;
  /** The run from which unchanged partitions are carried over; null if there is none yet, so that all are trained. */
  readonly changedSince?: string | null;
}

/** A loop over partition keys, before its body is given. */
export interface Loop {
  /**
   * Trains one model per partition with a model definition, in parallel, and keeps every model.
   *
   * @typeParam Definition - the type of the definition's default export, to check `exports` against it
   * @param definition - the module (TypeScript or JavaScript) whose default export is the definition
   */
  dopar<Definition = AnyExports>(definition: URL | string, options?: DoparOptions<ExportsOf<Definition>>): Work<Run>;
  /**
   * Trains a sample of the partitions, keeps nothing, and estimates the whole run.
   *
   * @param sampleSize - how many partitions; default 20
   */
  plan(definition: URL | string, options?: DoparOptions, sampleSize?: number): Promise<Estimate>;
}

/** Returns a loop over the keys of one variable, or over every partition of the source under a name. */
export function loopOver(workspace: Workspace, iteration: string | { readonly [variable: string]: Keys }): Loop {
  const over = typeof iteration === "string" ? { keyArg: iteration } : onlyVariable(iteration);
  return {
    dopar: (definition, { changedSince, ...options } = {}) =>
      startWork(async (onProgress) => {
        const { trainDefinition } = await import("./verbs/train.ts");
        return trainDefinition(workspace, definition, { ...trainOptions(options), ...over, onProgress }, changedSince);
      }, options.onProgress),
    plan: async (definition, { changedSince, ...options } = {}, sampleSize) => {
      const { estimate, SAMPLE_SIZE } = await import("./verbs/train.ts");
      return estimate(workspace, definition, { ...trainOptions(options), ...over }, sampleSize ?? SAMPLE_SIZE);
    },
  };
}

function onlyVariable(iteration: { readonly [variable: string]: Keys }): { keyArg: string; keys: Keys } {
  const [first, ...others] = Object.entries(iteration);
  if (first === undefined || others.length > 0)
    throw new ManymodelError(
      "usage",
      `foreach takes one loop variable, it got ${others.length + (first ? 1 : 0)}; for composite keys loop over objects such as { STORE_ID, SKU_ID }`,
    );
  const [keyArg, keys] = first;
  if (!Array.isArray(keys) || keys.length === 0)
    throw new ManymodelError("usage", `${keyArg} must be a list of at least one key; it is ${show(keys)}`);
  return { keyArg, keys };
}

function trainOptions<Exports>({
  chunksPerJob,
  modelRunId,
  dataQuery,
  saveModels = true,
  ...options
}: Omit<DoparOptions<Exports>, "changedSince">): Omit<TrainOptions<Exports>, "changedSince"> {
  if (!saveModels)
    throw new ManymodelError(
      "usage",
      "saveModels is false, but every model is kept: registering and scoring need them",
    );
  return {
    ...options,
    ...(chunksPerJob !== undefined && { chunks: chunksPerJob }),
    ...(modelRunId !== undefined && { runId: modelRunId }),
    ...(dataQuery !== undefined && { source: sourceOf(dataQuery) }),
  };
}

/** Returns a query in the words of this API. */
export function sourceOf(query: LoopQuery | SourceQuery): SourceQuery {
  if (!("keyColumn" in query)) return query;
  const { keyColumn, ...others } = query;
  return { ...others, partitionBy: keyColumn };
}

/** Options of registering: `RegisterOptions` under the names of the R original. */
export interface LogManyModelOptions {
  /** `model`. */
  readonly name: string;
  readonly version: string;
  readonly run: string | { readonly runId: string };
  readonly horizon: number;
  /** `partitionBy`. */
  readonly partitionColumns?: readonly string[];
  readonly comment?: string;
}

/** Options of scoring: `ScoreOptions` under the names of the R original, without the configuration's defaults. */
export interface RunBatchOptions extends Omit<ScoreOptions, "partitionBy"> {
  readonly model: string;
  readonly inputTable: string;
  /** `partitionBy`. */
  readonly partitionCol?: string | readonly string[];
}

/** The registry under the names of the R original. `Models` describes each function. */
export class Registry {
  readonly #workspace: Workspace;
  readonly #models: Models;

  constructor(workspace: Workspace, models: Models = workspace.models) {
    this.#workspace = workspace;
    this.#models = models;
  }

  /** Calls `models.register`. */
  logManyModel({ name, partitionColumns, ...options }: LogManyModelOptions): Promise<ModelVersion> {
    return this.#models.register({
      ...options,
      model: name,
      ...(partitionColumns !== undefined && { partitionBy: partitionColumns }),
    });
  }

  /** Calls `score`. */
  runBatch({ partitionCol, ...options }: RunBatchOptions): Work<BatchSummary> {
    const columns = partitionCol === undefined ? {} : { partitionBy: partitionCol };
    return startWork(async (onProgress) => {
      const { scoreTable } = await import("./verbs/score.ts");
      const version = await this.#models.get(options.model, options.version);
      const spec = { ...options, ...columns, onProgress };
      return scoreTable(this.#workspace.engine, version, spec, (table, trained) =>
        rowsOf(this.#workspace, table, trained),
      );
    }, options.onProgress);
  }

  /** Calls `models.as`: the same registry, which records its changes under another actor's name. */
  as(actor: string): Registry {
    return new Registry(this.#workspace, this.#models.as(actor));
  }

  /** Calls `models.get`. */
  knownModelVersion(model: string, version?: string): Promise<ModelVersion> {
    return this.#models.get(model, version);
  }

  /** Calls `models.find`. */
  getModelVersion(model: string, version?: string): Promise<ModelVersion | undefined> {
    return this.#models.find(model, version);
  }

  /** Calls `models.setAlias`. */
  setModelAlias(model: string, alias: string, version: string, from?: string | null): Promise<void> {
    return this.#models.setAlias(model, alias, version, from);
  }

  /** Calls `models.removeAlias`. */
  removeModelAlias(model: string, alias: string): Promise<void> {
    return this.#models.removeAlias(model, alias);
  }

  /** Calls `models.setDefault`. */
  setDefaultModelVersion(model: string, version: string): Promise<void> {
    return this.#models.setDefault(model, version);
  }

  /** Calls `models.aliases`. */
  showAliases(model?: string): Promise<ModelAlias[]> {
    return this.#models.aliases(model);
  }

  /** Calls `models.setMetric`. */
  setModelMetric(model: string, version: string, name: string, value: number): Promise<void> {
    return this.#models.setMetric(model, version, name, value);
  }

  /** Calls `models.setTag`. */
  setModelTag(model: string, version: string, name: string, value: string): Promise<void> {
    return this.#models.setTag(model, version, name, value);
  }

  /** Calls `models.setComment`. */
  setModelComment(model: string, version: string, value: string): Promise<void> {
    return this.#models.setComment(model, version, value);
  }

  /** Calls `models.annotations`. */
  showAnnotations(model: string, version: string): Promise<Annotation[]> {
    return this.#models.annotations(model, version);
  }

  /** Calls `models.lineage`. */
  modelLineage(model: string, version?: string): Promise<Lineage> {
    return this.#models.lineage(model, version);
  }

  /** Calls `models.rollback`. */
  rollback(model: string, alias: string): Promise<string> {
    return this.#models.rollback(model, alias);
  }

  /** Calls `models.diff`. */
  diff(model: string, before: string, after: string): Promise<VersionDiff> {
    return this.#models.diff(model, before, after);
  }

  /** Calls `models.patch`. */
  patch(options: PatchOptions): Promise<ModelVersion> {
    return this.#models.patch(options);
  }

  /** Calls `models.nextVersion`. */
  nextVersion(model: string): Promise<string> {
    return this.#models.nextVersion(model);
  }

  /** Calls `models.audit`. */
  audit(options: { readonly model?: string; readonly limit?: number } = {}): Promise<AuditEntry[]> {
    return this.#models.audit(options);
  }

  /** Calls `models.sync`. */
  sync(model?: string): Promise<string[]> {
    return this.#models.sync(model);
  }

  /** Calls `models.export`. */
  exportVersion(model: string, version: string | undefined, to: Stage): Promise<number> {
    return this.#models.export(model, version, to);
  }

  /** Calls `models.exportPartitions`. */
  exportPartitions(model: string, version: string | undefined, to: Stage): Promise<number> {
    return this.#models.exportPartitions(model, version, to);
  }

  /** Calls `models.import`. */
  importVersion(from: Stage, as: { readonly model?: string; readonly version?: string } = {}): Promise<ModelVersion> {
    return this.#models.import(from, as);
  }

  /** Calls `runs.delete`. */
  deleteRun(runId: string): Promise<void> {
    return this.#models.removeRun(runId);
  }

  /** Calls `models.remove`. */
  deleteModelVersion(model: string, version: string): Promise<void> {
    return this.#models.remove(model, version);
  }

  /** Calls `models.versions`. */
  showVersions(model?: string): Promise<ModelVersion[]> {
    return this.#models.versions(model);
  }

  /** Calls `models.list`. */
  showModels(): Promise<{ model: string; versions: number; newest: ModelVersion }[]> {
    return this.#models.list();
  }
}
