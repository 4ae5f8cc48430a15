import { ManymodelError, show } from "../core/errors.ts";
import { checkCount, checkName, type DataQuery, type ModelAlias, type ModelVersion } from "../core/run.ts";
import type { OnProgress } from "../pipeline/progress.ts";
import { registerVersion } from "../pipeline/register-version.ts";
import { type BatchSummary, scoreBatch } from "../pipeline/score-batch.ts";
import type { Engine } from "../ports/engine.ts";
import { workerEntry } from "./worker-entry.ts";

/** What to register. */
export interface LogManyModelOptions {
  /** The model's name, and the version's: `V1`, `2026-11-23`, … */
  readonly name: string;
  readonly version: string;
  /** The run, or its id. */
  readonly run: string | { readonly runId: string };
  /** Steps that batch scoring forecasts when it is not told. */
  readonly horizon: number;
  /** The columns the run was partitioned by; checked where given. */
  readonly partitionColumns?: readonly string[];
  readonly comment?: string;
}

/** What to score. */
export interface RunBatchOptions {
  readonly model: string;
  /** A version, or an alias of one. */
  readonly version: string;
  readonly inputTable: string;
  /** Created where it does not exist; default `FORECAST_RESULTS`. */
  readonly outputTable?: string;
  /** The input's key column, or columns; the version's own when left out. */
  readonly partitionCol?: string | readonly string[];
  /** The input's columns to read and their order; the training query's when left out. */
  readonly columns?: readonly string[];
  readonly orderBy?: readonly string[];
  readonly horizon?: number;
  readonly levels?: readonly number[];
  readonly workers?: number;
  readonly onProgress?: OnProgress;
}

/** Registered versions: what other people build on. */
export class Registry {
  readonly #engine: Engine;
  readonly #resolveTable: (table: string) => string;

  /** @param resolveTable - makes a table's path absolute */
  constructor(engine: Engine, resolveTable: (table: string) => string) {
    this.#engine = engine;
    this.#resolveTable = resolveTable;
  }

  /**
   * Registers a completed run as one immutable version. Takes the same time for 200 partitions and for 1,000,000.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed or the version exists
   */
  async logManyModel(options: LogManyModelOptions): Promise<ModelVersion> {
    const runId = typeof options.run === "string" ? options.run : options.run.runId;
    const { name: model, version, horizon, comment, partitionColumns } = options;
    const run = await this.#engine.catalog.run(runId);
    const trained = run?.manifest?.snapshot.keyColumns.map((column) => column.name);
    const same = (a: readonly string[], b: readonly string[]) =>
      a.length === b.length && a.every((name, i) => name.toLowerCase() === b[i]!.toLowerCase());
    if (partitionColumns !== undefined && trained !== undefined && !same(partitionColumns, trained))
      throw new ManymodelError(
        "usage",
        `partitionColumns is ${show(partitionColumns)}, but run ${runId} was partitioned by ${trained.join(", ")}`,
      );
    const spec = { model, version, runId, horizon, ...(comment !== undefined && { comment }) };
    return registerVersion(this.#engine.catalog, spec, new Date());
  }

  /**
   * Scores every partition of a table into an output table: the next dates at each series' own interval, point
   * forecast, bounds, and a status (`OK`, `NO_MODEL`, `ERROR: …`). Repeating a batch replaces its rows.
   */
  async runBatch(options: RunBatchOptions): Promise<BatchSummary> {
    const { model, inputTable, outputTable = "FORECAST_RESULTS", levels = [80, 95], onProgress } = options;
    if (options.workers !== undefined) checkCount("workers", options.workers);
    const registered = await this.knownModelVersion(model, options.version);
    const { version } = registered;
    const trained = (await this.#engine.catalog.run(registered.runId))?.manifest?.snapshot.query;
    const { partitionCol, columns = trained?.columns, orderBy = trained?.orderBy } = options;
    const query: DataQuery = {
      table: this.#resolveTable(inputTable),
      keyColumns:
        typeof partitionCol === "string"
          ? [partitionCol]
          : (partitionCol ?? registered.keyColumns.map(({ name }) => name)),
      ...(columns !== undefined && { columns }),
      ...(orderBy !== undefined && { orderBy }),
      duplicates: trained?.duplicates ?? "fail",
    };
    const workers = options.workers ?? this.#engine.workers.parallelism;
    const { horizon } = options;
    const spec = { model, version, query, outputTable, levels, workers, ...(horizon !== undefined && { horizon }) };
    return scoreBatch(this.#engine, spec, workerEntry(this.#engine.address), this.#engine.workers, onProgress);
  }

  /** A version of a model by its name or an alias, or undefined. */
  async getModelVersion(model: string, version: string): Promise<ModelVersion | undefined> {
    const { catalog } = this.#engine;
    const named = await catalog.version(model, version);
    if (named !== undefined) return named;
    const alias = (await catalog.aliases(model)).find((entry) => entry.alias === version);
    return alias && catalog.version(model, alias.version);
  }

  /** A version of a model by its name or an alias. @throws {ManymodelError} `not-found` if there is none */
  async knownModelVersion(model: string, version: string): Promise<ModelVersion> {
    const found = await this.getModelVersion(model, version);
    if (found === undefined)
      throw new ManymodelError(
        "not-found",
        `there is no version or alias ${show(version)} of model ${show(model)}; see "manymodel versions"`,
      );
    return found;
  }

  /**
   * Points an alias (`champion`, `staging`, …) at a version, in one step: whoever uses the alias gets one or the other.
   *
   * @throws {ManymodelError} `not-found` for an unknown version, `conflict` if a version has that name
   */
  async setModelAlias(model: string, alias: string, version: string): Promise<void> {
    checkName("alias", alias);
    const { catalog } = this.#engine;
    if ((await catalog.version(model, alias)) !== undefined)
      throw new ManymodelError("conflict", `${model} has a version called ${alias}; an alias must have another name`);
    await catalog.setAlias(model, alias, version, new Date().toISOString());
  }

  /** The aliases of a model, or of all. */
  showAliases(model?: string): Promise<ModelAlias[]> {
    return this.#engine.catalog.aliases(model);
  }

  /** The first of V1, V2, … that a model does not have. */
  async nextVersion(model: string): Promise<string> {
    const taken = new Set((await this.showVersions(model)).map(({ version }) => version));
    let n = taken.size + 1;
    while (taken.has(`V${n}`)) n++;
    return `V${n}`;
  }

  /** The versions of a model, or of all, newest first. */
  showVersions(model?: string): Promise<ModelVersion[]> {
    return this.#engine.catalog.versions(model);
  }

  /** The models, each with its newest version and how many there are. */
  async showModels(): Promise<{ model: string; versions: number; newest: ModelVersion }[]> {
    const models = new Map<string, ModelVersion[]>();
    for (const version of await this.showVersions())
      models.set(version.model, [...(models.get(version.model) ?? []), version]);
    return [...models].map(([model, versions]) => ({ model, versions: versions.length, newest: versions[0]! }));
  }
}
