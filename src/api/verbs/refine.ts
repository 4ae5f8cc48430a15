import { METHODS } from "@manymodel/forecast";
import { placeOf } from "../../config/place.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { metricOf } from "../../core/metric.ts";
import { decodeKey, type PartitionKey } from "../../core/partition-key.ts";
import type { DataQuery } from "../../core/run.ts";
import { keyArgument } from "../../model/key-argument.ts";
import { latestOffenders } from "../../monitor/offenders.ts";
import { type Ranking, type RankOptions, rank } from "../../refine/rank.ts";
import { completedRun } from "../../runs/read-index.ts";
import { builtinDefinition, CONTEST } from "../builtin-models.ts";
import type { SourceQuery, Workspace } from "../workspace.ts";
import { type Run, trainDefinition } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

/**
 * Options of refining: the partitions, the methods, and the time. Options left out come from the configuration's
 * `refine`.
 */
export interface RefineOptions
  extends Partial<RankOptions>,
    Pick<
      TrainOptions,
      | "chunks"
      | "workers"
      | "runId"
      | "timeBudget"
      | "hardDeadline"
      | "workerType"
      | "preWarm"
      | "signal"
      | "onProgress"
    > {
  /**
   * The completed run to improve. With `offenders` it may be left out, and is then the run of the version monitored
   * last.
   */
  readonly from?: string;
  /**
   * True to refine, instead of a ranking, the partitions that drift by the latest `monitor` of `register.model`, the
   * worst first. They are refined on current data, including new observations.
   */
  readonly offenders?: boolean;
  /** Methods that compete; when left out `refine.candidates`, else the methods that suit each series. */
  readonly candidates?: readonly string[];
  /** Origins from which each candidate forecasts; `refine.windows` when left out. `train.origins` above 1 adds as many more. */
  readonly windows?: number;
  /**
   * Scores at most this share above the least score tie with it, and the cheapest of the tied methods wins; default 0.
   */
  readonly tie?: number;
  /** A definition of your own instead of the built-in contest; it receives the refined run's exports. */
  readonly definition?: URL | string;
}

/** A refining run, and the ranking that it followed. */
export interface RefinedRun extends Run {
  readonly ranking: Ranking;
}

const DEFAULT_WINDOWS = 3;

/**
 * Completes the options of refining by the configuration's `refine` block: the one rule for the API, the command line and the
 * pipeline. `worst_percent` counts where no other choice of partitions is made. Offenders are a choice.
 */
function withConfigured({ config }: Workspace, options: RefineOptions): RefineOptions {
  const { refine: configured } = config;
  if (configured === undefined) return options;
  const { worst, worstPercent, above, below, offenders = false } = options;
  const isChosen = offenders || (worst ?? worstPercent ?? above ?? below) !== undefined;
  const candidates = options.candidates ?? configured.candidates;
  const timeBudget = options.timeBudget ?? configured.time_budget;
  const hardDeadline = options.hardDeadline ?? configured.hard_deadline;
  return {
    ...options,
    metric: options.metric ?? configured.metric,
    by: options.by ?? configured.by,
    windows: options.windows ?? configured.windows,
    tie: options.tie ?? configured.tie,
    ...(!isChosen && { worstPercent: configured.worst_percent }),
    ...(candidates !== undefined && { candidates }),
    ...(timeBudget !== undefined && { timeBudget }),
    ...(hardDeadline !== undefined && { hardDeadline }),
  };
}

/**
 * Ranks a completed run's partitions (by expected gain, unless told otherwise) and has the built-in contest for each of
 * them, the first of the ranking first, until all are done or the time budget is over. The exports are those of the run
 * refined: target, period, horizon and holdout; and so are the data, except for offenders.
 *
 * @throws {ManymodelError} `usage` for an unknown candidate; `input` if no partition is left to refine; `not-found` for
 *   offenders of a model that was never monitored
 */
export async function refine(workspace: Workspace, options: RefineOptions): Promise<RefinedRun> {
  const {
    candidates,
    windows = DEFAULT_WINDOWS,
    tie,
    definition,
    offenders = false,
    ...rest
  } = withConfigured(workspace, options);
  // Those of the configuration are somewhere in its file.
  const isConfigured = candidates !== undefined && candidates === workspace.config.refine?.candidates;
  const place = isConfigured ? `${placeOf(workspace.config, "refine.candidates")}: ` : "";
  for (const name of candidates ?? [])
    if (!Object.hasOwn(METHODS, name))
      throw new ManymodelError(
        "usage",
        `${place}candidate ${show(name)} is not known; the methods are ${Object.keys(METHODS).join(", ")}`,
      );
  const { from: named, metric, by = "gain", worst, worstPercent, above, below, ...others } = rest;
  const { group, where, weighByValue, ...training } = others;
  if (offenders && (worst ?? worstPercent ?? above ?? below ?? where) !== undefined)
    throw new ManymodelError(
      "usage",
      "offenders are all partitions that drift; leave out worst, worst-percent, above, below and where",
    );
  const latest = offenders ? await offenderRanking(workspace, named) : undefined;
  const from = latest?.runId ?? named;
  if (from === undefined)
    throw new ManymodelError("usage", "name the run to improve, or take the offenders of the last monitor");
  const { manifest } = await completedRun(workspace.engine, from);
  const ranking =
    latest ??
    (await rank(workspace.engine, from, {
      by,
      byEarlier: true,
      ...(metric !== undefined && { metric }),
      ...(worst !== undefined && { worst }),
      ...(worstPercent !== undefined && { worstPercent }),
      ...(above !== undefined && { above }),
      ...(below !== undefined && { below }),
      ...(group !== undefined && { group }),
      ...(where !== undefined && { where }),
      ...(weighByValue !== undefined && { weighByValue }),
    }));
  if (ranking.ranked.length === 0)
    throw new ManymodelError(
      "input",
      offenders
        ? `no partition of ${from} drifts; there is nothing to refine`
        : `there is nothing to refine in ${from}: ${ranking.usable} partitions have a usable ${ranking.metric} and none of them was chosen; "manymodel rank --run ${from} --metric ${ranking.metric}" says why`,
    );
  const { keyColumns } = manifest.snapshot;
  const keys = ranking.ranked.map(({ partitionKey }) =>
    keyArgument(keyColumns, decodeKey(partitionKey).key as PartitionKey),
  );
  const exports: { [name: string]: PlainData } = { ...(manifest.exports as { [name: string]: PlainData }) };
  if (definition === undefined) {
    delete exports.method;
    Object.assign(exports, { windows, metric: contestMetric(latest === undefined ? ranking.metric : metric) });
    if (candidates !== undefined) exports.candidates = [...candidates];
    if (tie !== undefined) exports.tie = tie;
  }
  const run = await trainDefinition(workspace, definition ?? builtinDefinition(CONTEST), {
    ...training,
    exports,
    keys,
    keyArg: manifest.keyArg,
    mode: "queue",
    seed: manifest.seed,
    ...(offenders ? { source: sourceQuery(manifest.snapshot.query) } : { refines: from }),
  });
  return { ...run, ranking };
}

/**
 * Returns the measure by which candidates compete: that of the ranking where it measures series, else MASE.
 *
 * @throws {ManymodelError} `usage` if the ranking is of something else than series
 */
function contestMetric(name = "mase"): string {
  const { kinds } = metricOf(name);
  if (kinds.length > 0 && !kinds.includes("series"))
    throw new ManymodelError(
      "usage",
      `the contest compares forecasts of series, which have no ${name}; name a definition of your own (--model), or a metric such as mase`,
    );
  return kinds.length === 0 ? "mase" : name.replace(/^holdout_(?:earlier_|last_)?/, "");
}

/** Returns the partitions that the latest monitoring run found drifting, as a ranking of the version's run. */
async function offenderRanking(workspace: Workspace, from: string | undefined): Promise<Ranking> {
  const { register, monitor } = workspace.config;
  const { version, offenders } = await latestOffenders(workspace.engine.source, monitor.status_table, register.model);
  const { runId } = await workspace.models.get(register.model, version);
  const ranked = offenders.map(({ partitionKey, severity, n }) => ({
    partitionKey,
    value: severity,
    gain: null,
    worth: null,
    nObs: n,
  }));
  return {
    runId: from ?? runId,
    metric: "severity",
    better: "lower",
    by: "metric",
    groups: [],
    all: { group: {}, value: NaN, usable: ranked.length, unusable: 0, turnover: NaN, worthOfError: NaN },
    ranked,
    usable: ranked.length,
    unranked: [],
  };
}

/** Returns a run's query, to be read as its table is now. */
function sourceQuery({ keyColumns, table, select, active, zone, ...query }: DataQuery): SourceQuery {
  return {
    ...query,
    ...(select === undefined ? { table } : { query: select }),
    ...(zone !== undefined && { timeZone: zone.name }),
    ...(active !== undefined && { active: { within: `${active.withinMs}ms` } }),
    partitionBy: keyColumns,
  };
}
