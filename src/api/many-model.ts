import type { Advice } from "../advise/advice.ts";
import type { RowAdvice } from "../advise/advise-rows.ts";
import type { CheckItem } from "../check/check-engine.ts";
import type { LoadedConfig } from "../config/load.ts";
import { parseDuration } from "../core/duration.ts";
import type { Snapshot } from "../core/run.ts";
import type { KeyArgument } from "../model/define-model.ts";
import type { Estimate } from "../pipeline/estimate.ts";
import type { Garbage } from "../pipeline/garbage.ts";
import type { WorkspaceVerification } from "../pipeline/verify.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { ReconcileSummary } from "../reconcile/reconcile-tables.ts";
import { actor } from "./actor.ts";
import type { ModelChoice } from "./configured-model.ts";
import { Models } from "./nouns/models.ts";
import { Notes } from "./nouns/notes.ts";
import { Overrides } from "./nouns/overrides.ts";
import type { ForecastOptions, PartitionForecast } from "./nouns/partitions.ts";
import { Pictures } from "./nouns/pictures.ts";
import { Runs } from "./nouns/runs.ts";
import { WorkspaceTables } from "./nouns/workspace-tables.ts";
import { WorkspaceWorkers } from "./nouns/workspace-workers.ts";
import { type Loop, type LoopQuery, loopOver, Registry, sourceOf } from "./seed-words.ts";
import type { AdviceOptions } from "./verbs/advise.ts";
import type { Monitored, MonitorOptions } from "./verbs/monitor.ts";
import type { PipelineOptions, StepReport } from "./verbs/pipeline-steps.ts";
import type { PromoteOptions, Promotion } from "./verbs/promote.ts";
import type { ReconcileTablesOptions } from "./verbs/reconcile.ts";
import type { RefinedRun, RefineOptions } from "./verbs/refine.ts";
import type { ScoreOptions, ScoreSummary } from "./verbs/score.ts";
import type { SeriesEventsOptions } from "./verbs/series-events.ts";
import type { SetupSummary } from "./verbs/setup.ts";
import type { Total, TotalsOptions } from "./verbs/totals.ts";
import type { AnyExports, ExportsOf, Run } from "./verbs/train.ts";
import type { TrainOptions } from "./verbs/train-options.ts";
import { startWork, type Work } from "./work.ts";
import { currentForecasts, type Keys, keysOf, type SourceQuery, snapshotOf } from "./workspace.ts";

/**
 * An open workspace. Its verbs train, score and watch one model per partition; `runs`, `models`, `tables` and `workers`
 * show and change the results. Close the workspace when you are done, or declare it with `await using`.
 */
export class ManyModel implements AsyncDisposable {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  /** The training runs. */
  readonly runs: Runs;
  /** The registry of model versions. */
  readonly models: Models;
  /** Values that planners set in place of forecasts. */
  readonly overrides: Overrides;
  /** Notes of planners on series and models. */
  readonly notes: Notes;
  /** The tables of the workspace. */
  readonly tables: WorkspaceTables;
  /** The workers that serve the workspace's queue. */
  readonly workers: WorkspaceWorkers;
  /** Pictures of series, forecasts and runs. */
  readonly pictures: Pictures;
  /** The registry by the names of the R original. */
  readonly registry: Registry;

  constructor(config: LoadedConfig, engine: Engine) {
    this.config = config;
    this.engine = engine;
    this.models = new Models(engine, { model: config.register.model, horizon: config.train.horizon }, actor());
    this.overrides = new Overrides(this, actor());
    this.notes = new Notes(this, actor());
    this.runs = new Runs(this);
    this.tables = new WorkspaceTables(engine, config);
    this.workers = new WorkspaceWorkers(this);
    this.pictures = new Pictures(this, this.runs);
    this.registry = new Registry(this);
  }

  /**
   * Trains one model per partition in parallel, and keeps every model. Resolves when every partition has exactly one row: a
   * model, or the reason why there is none.
   *
   * @typeParam Definition - the type of the definition's default export, to check `exports` against it
   * @param model - a built-in model by name (`"ets"`), also with options (`{ name, options }`), or the module of a
   *   definition; the configured model when left out
   * @throws {ManymodelError} if the definition cannot be bundled, the data cannot be read, or the run id is taken
   */
  train<Definition = AnyExports>(
    model?: ModelChoice,
    options: TrainOptions<Partial<ExportsOf<Definition>>> = {},
  ): Work<Run> {
    return startWork(async (onProgress) => {
      const { train } = await import("./verbs/train.ts");
      return train(this, model, { ...options, onProgress });
    }, options.onProgress);
  }

  /**
   * Trains a sample of the partitions, keeps nothing, and estimates the time, memory and cost of the whole run.
   *
   * @param options.sample - how many partitions to train; default 20
   */
  async plan<Definition = AnyExports>(
    model?: ModelChoice,
    options: TrainOptions<Partial<ExportsOf<Definition>>> & { readonly sample?: number } = {},
  ): Promise<Estimate> {
    const { plan } = await import("./verbs/train.ts");
    return plan(this, model, options);
  }

  /**
   * Scores every partition of a table into an output table: the next dates at each series' own interval, point
   * forecasts, bounds, and a status (`OK`, `STALE`, `UNDATED`, `FALLBACK`, `NO_MODEL`, `ERROR`, `ENDED`). Repeating a
   * batch replaces its rows.
   *
   * @throws {ManymodelError} `not-found` for an unknown version or table; `input` if the keys are of another type
   */
  score(options: ScoreOptions = {}): Work<ScoreSummary> {
    return startWork(async (onProgress) => {
      const { score } = await import("./verbs/score.ts");
      return score(this, { ...options, onProgress });
    }, options.onProgress);
  }

  /**
   * Forecasts one partition, with the same bits as a batch over the same input.
   *
   * @param key - the key's value, or for a composite key an object of column name to value
   * @throws {ManymodelError} `not-found` if there is no such model or partition
   */
  async forecast(model: string, key: KeyArgument, options: ForecastOptions = {}): Promise<PartitionForecast> {
    const { forecastPartition } = await import("./nouns/partitions.ts");
    return forecastPartition(this, model, key, options);
  }

  /** Holds a contest for each of the worst partitions of a completed run, in queue mode, the worst first. */
  refine(options: RefineOptions = {}): Work<RefinedRun> {
    return startWork(async (onProgress) => {
      const { refine } = await import("./verbs/refine.ts");
      return refine(this, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Compares forecasts with the observations that have come since, and lists the partitions that drift. */
  monitor(options: MonitorOptions = {}): Work<Monitored> {
    return startWork(async (onProgress) => {
      const { monitor } = await import("./verbs/monitor.ts");
      return monitor(this, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Reconciles forecasts of several levels of a hierarchy, so that they add up, into a table of their own. */
  reconcile(options: ReconcileTablesOptions = {}): Work<ReconcileSummary> {
    return startWork(async (onProgress) => {
      const { reconcileForecasts } = await import("./verbs/reconcile.ts");
      return reconcileForecasts(this, { ...options, onProgress });
    }, options.onProgress);
  }

  /**
   * Forecasts of totals: the sum of the forecasts at each time, in groups of partitions, with intervals of the sum and its worth.
   *
   * @throws {ManymodelError} `usage` for attributes that are not kept, or an engine without SQL; `not-found` without forecasts
   */
  async totals(options: TotalsOptions = {}): Promise<Total[]> {
    const { totals } = await import("./verbs/totals.ts");
    return totals(this, options);
  }

  /**
   * Moves an alias to a new version if the version passes the gate. It must forecast the last observations as well as
   * the alias's current version, have models for enough partitions, and be trained on plausible observations (see
   * docs/every-night.md).
   */
  promote(options: PromoteOptions = {}): Work<Promotion> {
    return startWork(async (onProgress) => {
      const { promote } = await import("./verbs/promote.ts");
      return promote(this, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Advises, from a sample of the source, whether to train one model per partition or one model for all, and why. */
  async advise(options: AdviceOptions = {}): Promise<Advice | RowAdvice> {
    const { adviseOn } = await import("./verbs/advise.ts");
    return adviseOn(this, options);
  }

  /**
   * Does everything that the configuration describes: setup, import, train, monitor, refine, champions, register, promote,
   * batch, reconcile, export and notify. Skips each step whose inputs have not changed.
   */
  async pipeline(options: PipelineOptions = {}): Promise<StepReport[]> {
    const { runPipeline } = await import("./verbs/pipeline-run.ts");
    return runPipeline(this, options);
  }

  /**
   * Creates the workspace and its tables. It replaces nothing. @param series - also creates a table of synthetic series
   */
  async setup(series?: SeriesEventsOptions): Promise<SetupSummary> {
    const { setup } = await import("./verbs/setup.ts");
    return setup(this.engine, currentForecasts(this.config), series);
  }

  /** Tries and measures everything that a run needs. It leaves nothing behind. */
  async check(): Promise<CheckItem[]> {
    const { checkWorkspace } = await import("./verbs/check.ts");
    return checkWorkspace(this);
  }

  /** Compares everything that is stored with its checksum: every completed run, table and snapshot, and the database. */
  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<WorkspaceVerification> {
    const { verifyWorkspace } = await import("../pipeline/verify.ts");
    return verifyWorkspace(this.engine, signal);
  }

  /**
   * Lists stored data that no run in progress, version or alias needs.
   *
   * @param options.olderThan - snapshots and parts of tables younger than this stay (`"24h"`, the default, or seconds)
   * @param options.delete - also deletes it
   */
  garbage(options: { olderThan?: string | number; delete?: boolean } = {}): Promise<Garbage[]> {
    return during({ phase: "clean" }, async () => {
      const { collectGarbage, findGarbage } = await import("../pipeline/garbage.ts");
      const garbage = await findGarbage(this.engine, parseDuration("olderThan", options.olderThan ?? "24h"));
      if (options.delete) await collectGarbage(this.engine, garbage);
      return garbage;
    });
  }

  /** Returns all partition keys of a source, the configured one when left out, in their order; NULL is a key. */
  keys(source?: SourceQuery | LoopQuery): Promise<Keys> {
    return keysOf(this, source && sourceOf(source));
  }

  /** Reads and pins a source, the configured one when left out: its current columns, partitions and rows. */
  snapshot(source?: SourceQuery | LoopQuery): Promise<Snapshot> {
    return snapshotOf(this, source && sourceOf(source));
  }

  /**
   * Starts a loop over keys, as in R: `mm.foreach({ unit_id: await mm.keys() }).dopar(…)`. The definition receives its
   * key under that name. `train` does the same in the words of this API.
   */
  foreach(iteration: { readonly [variable: string]: Keys }): Loop {
    return loopOver(this, iteration);
  }

  /** Starts a loop over every partition of the source, without listing the keys first. */
  foreachPartition(keyArg: string): Loop {
    return loopOver(this, keyArg);
  }

  /** Releases files, connections and memory. */
  close(): Promise<void> {
    return this.engine.close();
  }

  /** Closes the workspace at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
