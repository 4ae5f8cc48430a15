import type { TrainedPartition } from "../core/artifact.ts";
import { messageOf } from "../core/errors.ts";
import type { Frame } from "../model/frame.ts";
import { formatTime, parseTime, previousTimes } from "../model/interval.ts";
import { keyArgument } from "../model/key-argument.ts";
import { findTarget } from "../model/planned-rows.ts";
import { type CheckedReadings, checkJudgement } from "./check-judgement.ts";
import { ForecastTimes } from "./forecast-times.ts";
import { newerRows, OffInterval } from "./newer-rows.ts";
import { type Problem, type ScoringPlan, typeOf } from "./score-partition.ts";

/** The verdicts on the newer readings of a partition, one a step of its interval. */
export interface JudgedPartition {
  readonly status: "OK";
  readonly times: Float64Array;
  readonly readings: CheckedReadings;
  /** The time at which the fault of each reading began; NaN for none. */
  readonly since: Float64Array;
  /** The partition with its model moved over them. */
  readonly moved: TrainedPartition;
}

/** The result of judging one partition: verdicts, or the reason why there are none. */
export type JudgedOutcome =
  | JudgedPartition
  | ({ readonly status: "NO_MODEL" } & Problem)
  | ({ readonly status: "ERROR" } & Problem);

const NONE = new Float64Array(0);
const NO_READINGS: CheckedReadings = {
  ...{ value: NONE, expected: NONE, lower: NONE, upper: NONE, score: NONE, since: NONE },
  kinds: [],
};

/**
 * Judges the rows of a partition that are newer than its model, one by one. Whoever judges, a batch or a server, does it by
 * this function. Never throws: what goes wrong is the partition's own error.
 */
export async function judgePartition(
  plan: ScoringPlan,
  partition: TrainedPartition,
  data: Frame,
): Promise<JudgedOutcome> {
  const { definition, exports, time } = plan;
  const { lastTs, interval, model, errorType, errorMessage } = partition;
  if (model === null) return { status: "NO_MODEL", errorType, errorMessage };
  try {
    if (definition.judge === undefined)
      throw new Error("the model definition has no judge, so it cannot judge readings");
    if (time === null || lastTs === null || interval === null)
      throw new OffInterval("the model's series has no times at an interval, so new readings have no place");
    const newer = newerRows(data, time, lastTs, interval, findTarget(exports, data.columns));
    if (newer === undefined) return { status: "OK", times: NONE, readings: NO_READINGS, since: NONE, moved: partition };
    const context = {
      [plan.keyArg]: keyArgument(plan.keyColumns, partition.key),
      exports,
      seed: partition.seed,
      model: JSON.parse(model),
      data: newer.data,
    };
    const judged = checkJudgement(await definition.judge(context), newer.steps);
    const { steps, readings } = judged;
    const type = time.type === "date" || time.type === "timestamp" ? time.type : "number";
    const last = parseTime(type, lastTs);
    const times = (plan.times ?? new ForecastTimes()).after(time, partition, 0, steps) ?? NONE;
    const timeOf = (position: number) => times[position] ?? previousTimes(last, interval, -1 - position)[0] ?? last;
    return {
      status: "OK",
      times,
      readings,
      since: readings.since.map((position) => (Number.isNaN(position) ? NaN : timeOf(position))),
      moved: {
        ...partition,
        model: JSON.stringify(judged.model),
        lastTs: steps === 0 ? lastTs : formatTime(type, timeOf(steps - 1)),
      },
    };
  } catch (error) {
    return { status: "ERROR", errorType: typeOf(error, "update-error"), errorMessage: messageOf(error) };
  }
}
