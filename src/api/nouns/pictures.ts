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
import type { Workspace } from "../workspace.ts";
import type { PartitionSourceOptions } from "./partition-source.ts";
import { openPartitionsOf, partitionOf } from "./partitions.ts";
import type { Runs } from "./runs.ts";

/** Options of the picture of one partition. */
export interface SeriesPictureOptions extends PartitionSourceOptions {
  /** Observations to show; 6 for each step of the forecast when left out. */
  readonly last?: number;
}

/** Options of the picture of several partitions. */
export interface ForecastsPictureOptions extends PartitionSourceOptions {
  /** The number of partitions to show; 12 when left out. */
  readonly count?: number;
  /** Shows the partitions that are worst by this metric, instead of the first ones. */
  readonly worst?: string;
  /** Observations to show of each; 90 when left out. */
  readonly last?: number;
}

/** The metric of a picture: `mase`, `auc` and their kin mean those of the holdout. */
export interface MetricOptions {
  /** MASE of series, log loss of probabilities, RMSE of numbers when left out. */
  readonly metric?: string;
}

/** Observations shown for each step of a forecast. */
const SHOWN_PER_STEP = 6;

/** Pictures of a workspace, each as the text of an SVG document. */
export class Pictures {
  readonly #workspace: Workspace;
  readonly #runs: Runs;

  constructor(workspace: Workspace, runs: Runs) {
    this.#workspace = workspace;
    this.#runs = runs;
  }

  /**
   * Draws one partition: history, fit and forecast.
   *
   * @param key - the key's value, or for a composite key an object of column name to value
   * @throws {ManymodelError} `not-found` if there is no such partition; `usage` if its model gives no forecast
   */
  async series(key: KeyArgument, options: SeriesPictureOptions = {}): Promise<string> {
    const { last, ...source } = options;
    return drawSeries(await partitionOf(await openPartitionsOf(this.#workspace, source), key), last);
  }

  /** Draws several partitions side by side, each on a scale of its own. @throws {ManymodelError} `not-found`, `usage` */
  async forecasts(options: ForecastsPictureOptions = {}): Promise<string> {
    const { count = 12, worst, last = 90, ...source } = options;
    const { runId, read, first } = await openPartitionsOf(this.#workspace, source);
    const ranking = worst === undefined ? undefined : await this.#runs.rank(runId, { metric: worst });
    const keys = ranking?.ranked.slice(0, count).map(({ partitionKey }) => partitionKey) ?? (await first(count));
    const all: PartitionSeries[] = [];
    for (const key of keys) {
      const series = await read(key);
      if (series !== undefined) all.push(inSteps(series));
    }
    const order = ranking === undefined ? "the first" : `the worst by ${ranking.metric},`;
    return forecastsPicture(all, `${order} ${all.length} partitions, each on a scale of its own`, last);
  }

  /**
   * Draws a metric over the partitions of a run, the newest completed one when left out: its distribution, and where it lies for
   * each group of partitions, or kind of model without groups.
   */
  async accuracy(run?: string, options: MetricOptions & Grouping = {}): Promise<string> {
    const { engine } = this.#workspace;
    const { group, where } = options;
    const grouped = await groupPartitions(engine, {
      ...(group !== undefined && { group }),
      ...(where !== undefined && { where }),
    });
    const { runId, metric, scores } = await readScores(engine, run ?? (await this.#runs.newest()), options.metric);
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
  async comparison(runA: string, runB: string, { metric }: MetricOptions = {}): Promise<string> {
    return comparisonPicture(await this.#runs.compare(runA, runB, metric));
  }

  /** Draws a run's chunks by state, and its failures by reason; the newest completed run when left out. */
  async run(runId?: string): Promise<string> {
    const { engine } = this.#workspace;
    const run = await knownRun(engine.catalog, runId ?? (await this.#runs.newest()));
    const failures = await failureGroups(engine.tables, run.runId, run.index?.failed ?? 0);
    return runPicture(run, await engine.queue.chunks(run.runId), failures);
  }
}

/** Draws a partition with the last observations before its forecast. @throws {ManymodelError} `usage` */
export function drawSeries(partition: PartitionSeries, last?: number): string {
  const series = inSteps(partition);
  const steps = "mean" in series.scored ? series.scored.mean.length : series.times.length;
  return seriesPicture(series, last ?? SHOWN_PER_STEP * steps);
}

/** A partition whose forecast can be drawn after its history. */
function inSteps(series: PartitionSeries): PartitionSeries {
  if (series.scores === "steps") return series;
  throw new ManymodelError(
    "usage",
    `${series.of} gives a value for each row, not a forecast; there is no series to draw`,
  );
}
