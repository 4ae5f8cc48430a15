import type { PartitionOutcome } from "../core/artifact.ts";
import type { ColumnInfo } from "../core/column.ts";
import { messageOf } from "../core/errors.ts";
import type { KeyColumn } from "../core/partition-key.ts";
import type { PlainData } from "../core/plain-data.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { Frame } from "../model/frame.ts";
import { nextTimes, parseTime } from "../model/interval.ts";
import { keyArgument } from "../model/key-argument.ts";
import { type CheckedPrediction, checkPrediction, InvalidReturn } from "../model/return-contract.ts";

/** What decides the answers for all partitions of one source of an index, besides their models and data. */
export interface ScoringPlan {
  readonly definition: AnyModelDefinition;
  readonly keyColumns: readonly KeyColumn[];
  readonly keyArg: string;
  /** Frozen: every partition sees them. */
  readonly exports: PlainData;
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly horizon: number;
  /** Coverage of the prediction intervals in percent, ascending, each once. */
  readonly levels: readonly number[];
}

/** A partition as the index has it: what of its row scoring needs. */
export type TrainedPartition = Pick<
  PartitionOutcome,
  "key" | "model" | "lastTs" | "interval" | "seed" | "errorType" | "errorMessage"
>;

/** What a partition is scored with that is not its model. */
export interface ScoringData {
  /** Its rows in the input; none where nothing is known of it by now. */
  readonly data: Frame;
}

/** Values of the time column: as in `Column`, or texts where that is what the data are ordered by. */
export type Times = Float64Array | readonly (string | null)[];

/** Why a partition has no forecast, besides the reasons why it has no model. */
export type ScoreErrorType = "predict-error" | "invalid-return";

/** What scoring one partition gives: a forecast, or why there is none. */
export type ScoredPartition =
  | ({ readonly status: "OK"; readonly times: Times | null } & CheckedPrediction)
  | {
      readonly status: "NO_MODEL";
      readonly errorType: PartitionOutcome["errorType"];
      readonly errorMessage: string | null;
    }
  | { readonly status: "ERROR"; readonly errorType: ScoreErrorType; readonly errorMessage: string };

/**
 * Scores one partition with its model. Whoever scores, a batch or a server, does it by this function, so that the same
 * model, data and options give the same bits. Never throws: what goes wrong is the partition's own error.
 */
export async function scorePartition(
  plan: ScoringPlan,
  partition: TrainedPartition,
  { data }: ScoringData,
): Promise<ScoredPartition> {
  if (partition.model === null)
    return { status: "NO_MODEL", errorType: partition.errorType, errorMessage: partition.errorMessage };
  const { definition, levels } = plan;
  const horizon = definition.scores === "rows" ? data.length : plan.horizon;
  try {
    const returned = await definition.predict!({
      [plan.keyArg]: keyArgument(plan.keyColumns, partition.key),
      model: JSON.parse(partition.model),
      horizon,
      levels,
      data,
      exports: plan.exports,
      seed: partition.seed,
    });
    const prediction = checkPrediction(returned, horizon, levels);
    const times = definition.scores === "rows" ? rowTimes(plan, data) : forecastTimes(plan, partition);
    return { status: "OK", times, ...prediction };
  } catch (error) {
    const errorType = error instanceof InvalidReturn ? "invalid-return" : "predict-error";
    return { status: "ERROR", errorType, errorMessage: messageOf(error) };
  }
}

/** What the rows that were scored have in the time column: which they are. Null where they have none of that type. */
function rowTimes({ time }: ScoringPlan, data: Frame): Times | null {
  const type = data.columns.find((column) => column.name === time?.name)?.type;
  if (time === null || type === undefined) return null;
  if (time.type === "string") return type === "string" ? data.strings(time.name) : null;
  if (time.type === "date" || time.type === "timestamp") return type === time.type ? data.times(time.name) : null;
  return type === "number" ? data.numbers(time.name) : null;
}

/** The times of the forecasts: the next ones after the model's last observation, at the series' own interval. */
function forecastTimes({ time, horizon }: ScoringPlan, { lastTs, interval }: TrainedPartition): Float64Array | null {
  if (time === null || lastTs === null || interval === null) return null;
  const type = time.type === "date" || time.type === "timestamp" ? time.type : "number";
  return nextTimes(parseTime(type, lastTs), interval, horizon);
}
