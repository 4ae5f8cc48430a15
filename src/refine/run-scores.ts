import type { ModelIndex, PartitionOutcome } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";
import { type CompletedRun, completedRun, readIndex, segmentRows } from "../runs/read-index.ts";

/** Measures of the built-in forecaster: a metric of this name means its value on the holdout. */
const HOLDOUT_METRICS = ["me", "rmse", "mae", "mape", "smape", "wape", "mase", "rmsse"];

/** The metric in TRAINING_METRICS that a user's word means: `mape` is `holdout_mape`; other names are as they are. */
export function metricName(metric: string): string {
  return HOLDOUT_METRICS.includes(metric.toLowerCase()) ? `holdout_${metric.toLowerCase()}` : metric;
}

/** A partition of a completed run, with the value of one metric. */
export interface PartitionScore {
  readonly partitionKey: string;
  readonly outcome: PartitionOutcome["outcome"];
  /** The metric, or NaN; why it is not usable is in `why`. */
  readonly value: number;
  readonly why: string | null;
  readonly modelKind: string | null;
  readonly nObs: number;
  readonly fitMs: number;
  readonly dataSha256: string | null;
  /** Where its row is: position of the segment in the index, and of the row in the segment. */
  readonly segment: number;
  readonly at: number;
}

/** A completed run with its index and one score a partition. */
export interface RunScores extends CompletedRun {
  readonly modelIndex: ModelIndex;
  readonly scores: readonly PartitionScore[];
}

/**
 * Reads the value of a metric for every partition of a completed run, in the order of its index.
 *
 * @throws {ManymodelError} `not-found` or `conflict` if there is no such completed run, `corrupt` if it was changed,
 *   `input` if its partitions have metrics, but none has this one
 */
export async function readScores(engine: Engine, runId: string, metric: string): Promise<RunScores> {
  const run = await completedRun(engine, runId);
  const modelIndex = await readIndex(engine.stage, run.index, `run ${runId} was completed`);
  const name = metricName(metric);
  const scores: PartitionScore[] = [];
  const names = new Set<string>();
  for (const [segment, indexed] of modelIndex.segments.entries())
    for (const { row, at } of await segmentRows(engine.stage, indexed, { summary: true }))
      scores.push(scoreOf(row, name, segment, at, names));
  if (names.size > 0 && !names.has(name))
    throw new ManymodelError(
      "input",
      `no partition of ${runId} has a metric ${name}${name === metric ? "" : `, which ${metric} means`}; there is ${[...names].join(", ")}`,
    );
  return { ...run, modelIndex, scores };
}

/** A partition's score; adds the names of its metrics to `names`. */
function scoreOf(
  row: PartitionOutcome,
  metric: string,
  segment: number,
  at: number,
  names: Set<string>,
): PartitionScore {
  const { partitionKey, outcome, modelKind, nObs, fitMs, dataSha256 } = row;
  const metrics = row.metrics === null ? {} : (JSON.parse(row.metrics) as Record<string, number | null>);
  for (const name in metrics) names.add(name);
  const value = metrics[metric] ?? NaN;
  const why =
    outcome !== "succeeded"
      ? `${outcome}: ${row.errorType}`
      : Number.isFinite(value)
        ? null
        : metric in metrics
          ? `${metric} is not available`
          : `no metric ${metric}`;
  const usable = why === null ? value : NaN;
  return { partitionKey, outcome, value: usable, why, modelKind, nObs, fitMs, dataSha256, segment, at };
}
