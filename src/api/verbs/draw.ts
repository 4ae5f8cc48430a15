import type { Grouping } from "../../core/attributes.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { PartitionSeries } from "../../inspect/partition-series.ts";
import type { KeyArgument } from "../../model/define-model.ts";
import { accuracyPicture } from "../../picture/accuracy-picture.ts";
import { comparisonPicture } from "../../picture/comparison-picture.ts";
import { forecastsPicture } from "../../picture/forecasts-picture.ts";
import { runPicture } from "../../picture/run-picture.ts";
import { seriesPicture } from "../../picture/series-picture.ts";
import { type PartitionScore, readScores } from "../../refine/run-scores.ts";
import { failureGroups } from "../../runs/failure-groups.ts";
import { groupPartitions } from "../../runs/grouped-partitions.ts";
import { knownRun } from "../../runs/known-run.ts";
import type { PartitionSourceOptions } from "../nouns/partition-source.ts";
import { openPartitionsOf, partitionOf } from "../nouns/partitions.ts";
import type { Runs } from "../nouns/runs.ts";
import type { Workspace } from "../workspace.ts";

/** Options of the picture of one partition. */
export interface SeriesPictureOptions extends PartitionSourceOptions {
  /** Number of observations to show; 6 for each step of the forecast when left out. */
  readonly last?: number;
}

/** Options of the picture of several partitions. */
export interface ForecastsPictureOptions extends PartitionSourceOptions {
  /** The number of partitions to show; 12 when left out. */
  readonly count?: number;
  /** Metric by which the worst partitions are shown, instead of the first ones. */
  readonly worst?: string;
  /** Number of observations to show of each; 90 when left out. */
  readonly last?: number;
}

/** The metric of a picture. Names such as `mase` and `auc` mean the metric of the holdout. */
export interface MetricOptions {
  /** The metric; when left out MASE for series, log loss for probabilities, RMSE for numbers. */
  readonly metric?: string;
}

/** A workspace, and its runs. */
interface Drawn {
  readonly workspace: Workspace;
  readonly runs: Runs;
}

/** Observations shown for each step of a forecast. */
const SHOWN_PER_STEP = 6;

/** Draws one partition of a workspace: history, fit and forecast. */
export async function drawPartition(
  { workspace }: Drawn,
  key: KeyArgument,
  { last, ...source }: SeriesPictureOptions,
): Promise<string> {
  return drawSeries(await partitionOf(await openPartitionsOf(workspace, source), key), last);
}

/** Draws several partitions side by side, each on its own scale. */
export async function drawForecasts(
  { workspace, runs }: Drawn,
  { count = 12, worst, last = 90, ...source }: ForecastsPictureOptions,
): Promise<string> {
  const { runId, read, first } = await openPartitionsOf(workspace, source);
  const ranking = worst === undefined ? undefined : await runs.rank(runId, { metric: worst });
  const keys = ranking?.ranked.slice(0, count).map(({ partitionKey }) => partitionKey) ?? (await first(count));
  const all: PartitionSeries[] = [];
  for (const key of keys) {
    const series = await read(key);
    if (series !== undefined) all.push(inSteps(series));
  }
  const order = ranking === undefined ? "the first" : `the worst by ${ranking.metric},`;
  return forecastsPicture(all, `${order} ${all.length} partitions, each on a scale of its own`, last);
}

/** Draws a metric over the partitions of a run, and over their groups. */
export async function drawAccuracy(
  { workspace: { engine }, runs }: Drawn,
  run: string | undefined,
  { group, where, metric: named }: MetricOptions & Grouping,
): Promise<string> {
  const grouped = await groupPartitions(engine, {
    ...(group !== undefined && { group }),
    ...(where !== undefined && { where }),
  });
  const { runId, metric, scores } = await readScores(engine, run ?? (await runs.newest()), named);
  const inGroups = scores.filter(({ partitionKey }) => grouped.groupOf(partitionKey) !== undefined);
  if (grouped.by.length === 0) return accuracyPicture(runId, metric, inGroups);
  const nameOf = ({ partitionKey }: PartitionScore) => {
    const group = grouped.groups[grouped.groupOf(partitionKey) ?? -1] ?? {};
    return Object.values(group)
      .map((value) => value ?? "-")
      .join(", ");
  };
  return accuracyPicture(runId, metric, inGroups, nameOf);
}

/** Draws two completed runs, partition by partition. */
export async function drawComparison(
  { runs }: Drawn,
  runA: string,
  runB: string,
  { metric }: MetricOptions,
): Promise<string> {
  return comparisonPicture(await runs.compare(runA, runB, metric));
}

/** Draws a run's chunks by state, and its failures by reason. */
export async function drawRun({ workspace: { engine }, runs }: Drawn, runId?: string): Promise<string> {
  const run = await knownRun(engine.catalog, runId ?? (await runs.newest()));
  const failures = await failureGroups(engine.tables, run.runId, run.index?.failed ?? 0);
  return runPicture(run, await engine.queue.chunks(run.runId), failures);
}

/** Draws a partition with the last observations before its forecast. @throws {ManymodelError} `usage` */
export function drawSeries(partition: PartitionSeries, last?: number): string {
  const series = inSteps(partition);
  const steps = "mean" in series.scored ? series.scored.mean.length : series.times.length;
  return seriesPicture(series, last ?? SHOWN_PER_STEP * steps);
}

/** Returns a partition whose forecast can be drawn after its history. */
function inSteps(series: PartitionSeries): PartitionSeries {
  if (series.scores === "steps") return series;
  throw new ManymodelError(
    "usage",
    `${series.of} gives a value for each row, not a forecast; there is no series to draw`,
  );
}
