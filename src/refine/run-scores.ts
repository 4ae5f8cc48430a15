import type { ModelIndex, PartitionOutcome } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import { findMetric, type Metric } from "../core/metric.ts";
import type { Engine } from "../ports/engine.ts";
import { type CompletedRun, completedRun, readIndex, segmentRows } from "../runs/read-index.ts";

/** The value of a metric, and the holdout that it is of. */
export interface Measured {
  /** The metric, or NaN. */
  readonly value: number;
  /** The mean size of the observations held out, as the model's error and its percentage say; NaN where they do not. */
  readonly size: number;
  /** The mean absolute error of the holdout; NaN without one. */
  readonly error: number;
}

/** A partition of a completed run, with the value of one metric. */
export interface PartitionScore extends Measured {
  readonly partitionKey: string;
  readonly outcome: PartitionOutcome["outcome"];
  /** The reason why the metric is not usable; null where it is. */
  readonly why: string | null;
  /** The same over the origins before the last, and over the last, where the holdout has several (`train.origins`). */
  readonly earlier?: Measured;
  readonly last?: Measured;
  readonly modelKind: string | null;
  readonly nObs: number;
  readonly fitMs: number;
  readonly dataSha256: string | null;
  /** The place of its row: position of the segment in the index, and of the row in the segment. */
  readonly segment: number;
  readonly at: number;
}

/** A completed run with its index and one score a partition. */
export interface RunScores extends CompletedRun {
  readonly modelIndex: ModelIndex;
  /** The metric, and how its values are compared. */
  readonly metric: Metric;
  readonly scores: readonly PartitionScore[];
}

/**
 * Reads the value of a metric for every partition of a completed run, in the order of its index.
 *
 * @param word - the metric as a user names it (see `findMetric`)
 * @throws {ManymodelError} `not-found` or `conflict` if there is no such completed run, `corrupt` if it was changed,
 *   `input` if its partitions have metrics, but none has this one
 */
export async function readScores(engine: Engine, runId: string, word?: string): Promise<RunScores> {
  const run = await completedRun(engine, runId);
  const modelIndex = await readIndex(engine.stage, run.index, `run ${runId} was completed`);
  const rows: Placed[] = [];
  const names = new Set<string>();
  for (const [segment, indexed] of modelIndex.segments.entries())
    for (const { row, at } of await segmentRows(engine.stage, indexed, { summary: true })) {
      const { metrics, ...others } = row;
      const measured = metrics === null ? {} : (JSON.parse(metrics) as Record<string, number | null>);
      for (const name in measured) names.add(name);
      rows.push({ row: others, measured, segment, at });
    }
  const metric = findMetric(word, names, run.manifest.definition.metrics);
  if (names.size > 0 && !names.has(metric.name)) {
    const meaning = word === undefined ? ", the default" : metric.name === word ? "" : `, which ${word} means`;
    throw new ManymodelError(
      "input",
      `no partition of ${runId} has a metric ${metric.name}${meaning}; there is ${[...names].join(", ")}`,
    );
  }
  return { ...run, modelIndex, metric, scores: rows.map((row) => scoreOf(row, metric.name)) };
}

/** A partition's row, its metrics, and where it is in the index. */
interface Placed {
  readonly row: Omit<PartitionOutcome, "metrics">;
  readonly measured: Readonly<Record<string, number | null>>;
  readonly segment: number;
  readonly at: number;
}

/** Returns a partition's score by a metric. */
function scoreOf({ row, measured: metrics, segment, at }: Placed, metric: string): PartitionScore {
  const { partitionKey, outcome, modelKind, nObs, fitMs, dataSha256 } = row;
  const value = metrics[metric] ?? NaN;
  const why =
    outcome !== "succeeded"
      ? `${outcome}: ${row.errorType}`
      : Number.isFinite(value)
        ? null
        : metric in metrics
          ? `${metric} is not available`
          : `no metric ${metric}`;
  const measured = measuredAt(metrics, metric, "holdout_");
  return {
    ...{ partitionKey, outcome, ...measured, value: why === null ? value : NaN, why },
    ...(why === null && originsOf(metrics, metric)),
    ...{ modelKind, nObs, fitMs, dataSha256, segment, at },
  };
}

/** Returns a metric over the earlier origins of a holdout, and over the last, as far as there are such. */
function originsOf(metrics: Placed["measured"], metric: string): Pick<PartitionScore, "earlier" | "last"> {
  if (!metric.startsWith("holdout_")) return {};
  const [earlier, last] = [
    measuredAt(metrics, metric, "holdout_earlier_"),
    measuredAt(metrics, metric, "holdout_last_"),
  ];
  return {
    ...(Number.isFinite(earlier.value) && { earlier }),
    ...(Number.isFinite(last.value) && { last }),
  };
}

/** Returns a metric `holdout_*` as measured at the origins that a prefix means. */
function measuredAt(metrics: Placed["measured"], metric: string, prefix: string): Measured {
  const error = metrics[`${prefix}mae`] ?? NaN;
  const size = `${prefix}wape` in metrics ? holdoutSize(error, metrics[`${prefix}wape`] ?? NaN) : NaN;
  return { value: metrics[metric.replace(/^holdout_/, prefix)] ?? NaN, size, error };
}

/**
 * Returns a partition's score with its measures over the origins before the last, or over the last; as it is where the holdout has
 * no such origins.
 */
export const scoreAt = (score: PartitionScore, origins: "earlier" | "last"): PartitionScore => ({
  ...score,
  ...score[origins],
});

/**
 * Returns the mean size of the observations held out.
 *
 * @param error - the mean absolute error of the holdout
 * @param wape - that error in percent of the size; NaN where the observations are all 0, which have no percentage
 */
export const holdoutSize = (error: number, wape: number): number => (Number.isNaN(wape) ? 0 : (100 * error) / wape);

/** Checks that the definitions of runs agree on which values of the metric are better. @throws {ManymodelError} `conflict` */
export function checkSameDirection(runs: readonly RunScores[]): void {
  const [first, ...others] = runs;
  for (const { runId, metric } of others)
    if (first !== undefined && metric.better !== first.metric.better)
      throw new ManymodelError(
        "conflict",
        `${metric.name} is better ${metric.better} in run ${runId} and better ${first.metric.better} in run ${first.runId}; declare the same direction in both model definitions`,
      );
}
