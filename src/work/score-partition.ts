import type { TrainedPartition } from "../core/artifact.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import type { PlainData } from "../core/columns/plain-data.ts";
import { findDrivers } from "../core/drivers.ts";
import { messageOf } from "../core/errors.ts";
import type { OrderLevel } from "../core/lead-time.ts";
import type { KeyColumn } from "../core/partition-key.ts";
import { isThenable } from "../core/thenable.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { Frame } from "../model/frame.ts";
import { keyArgument } from "../model/key-argument.ts";
import { findTarget } from "../model/planned-rows.ts";
import { type CheckedPrediction, checkPrediction, checkUpdateResult, InvalidReturn } from "../model/return-contract.ts";
import type { SeriesAxis } from "../model/series-axis.ts";
import { boundForecastOf, type ForecastPlace } from "./forecast-bounds.ts";
import { ForecastTimes } from "./forecast-times.ts";
import { futureRows, MissingFuture } from "./future-rows.ts";
import { newerRows, OffInterval } from "./newer-rows.ts";

/**
 * The settings that decide the answers for all partitions of one source of an index, besides their models and data.
 */
export interface ScoringPlan {
  readonly definition: AnyModelDefinition;
  readonly keyColumns: readonly KeyColumn[];
  readonly keyArg: string;
  /** Frozen: every partition sees them. */
  readonly exports: PlainData;
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly horizon: number;
  /** The coverage of the intervals in percent, ascending, each once (see `levelsToAsk`). */
  readonly levels: readonly number[];
  /** True if models take in rows that are newer than those they were fitted to. */
  readonly advance: boolean;
  /** The output columns of the definition; left out where nobody wants them. */
  readonly output?: readonly ColumnInfo[];
  /** Computes order levels, where they are asked for. */
  readonly orders?: Orders;
  /** The times of forecasts, where many partitions are scored. */
  readonly times?: ForecastTimes;
}

/** The data that a partition is scored with, besides its model. */
export interface ScoringData {
  /** Its rows in the input; none where nothing is known of it by now. */
  readonly data: Frame;
  /** Its rows in the table of the future, in the order of their times; left out without such a table. */
  readonly future?: Frame;
  /** The rows among which those are that its model takes in, where they are fewer; left out where they are in `data`. */
  readonly newer?: Frame;
}

/** Values of the time column: as in `Column`, or texts where that is what the data are ordered by. */
export type Times = Float64Array | readonly (string | null)[];

/** The reasons why an existing model gave no forecast, or none of the newest rows. Stored as `ERROR_TYPE`. */
export type ScoreErrorType =
  | "predict-error"
  | "invalid-return"
  | "missing-future"
  | "no-update"
  | "update-error"
  | "off-interval"
  | "no-interval";

/** A problem with a partition's forecast. */
export interface Problem {
  readonly errorType: TrainedPartition["errorType"] | ScoreErrorType | "not-trained" | (string & {});
  readonly errorMessage: string | null;
}

/** A note of a definition on its forecast. */
export interface Noted {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** A forecast, which may have fewer steps than were asked for. */
export interface PartialForecast extends Omit<CheckedPrediction, "note" | "stopped" | "orderUpTo"> {
  readonly times: Times | null;
  /** The order level, where it is asked for. */
  readonly order?: OrderLevel;
  /** The reason why there are no further steps. */
  readonly stopped?: Noted;
}

/** The outcome of a partition that a version does not have. */
export const NOT_TRAINED = {
  errorType: "not-trained",
  errorMessage: "the version has no such partition",
} as const satisfies Problem;

/** Prepares the order level of a partition. */
export type Orders = (data: Frame, horizon: number) => PartitionOrder;

/** The order level of one partition, once its forecast is known. */
export interface PartitionOrder {
  /** The quantile that its definition is asked for; undefined without a lead time. */
  readonly asked?: { readonly steps: number; readonly serviceLevel: number };
  /** Returns the level, or why there is none. */
  level(forecast: OrderedForecast): OrderLevel | string;
}

/** A bounded forecast that an order is based on. */
export interface OrderedForecast {
  /** The model that has taken in the newer rows. */
  readonly model: object;
  readonly seed: number;
  readonly mean: Float64Array;
  /** The quantile that the definition returned. */
  readonly orderUpTo: number | undefined;
  readonly exports: PlainData;
  readonly place: ForecastPlace;
  readonly axis: SeriesAxis;
}

/**
 * Outcome of scoring one partition: a forecast, or the reason that there is none. `STALE`: a forecast of the model as
 * it was fitted, because it could not take in the newer rows that there are. `UNDATED`: a forecast of steps that have
 * no dates, because the series keeps no interval. `ENDED`: no forecast, because the series has ended.
 */
export type ScoredPartition =
  | ({ readonly status: "OK" } & PartialForecast & Partial<Noted>)
  | ({ readonly status: "STALE" | "FALLBACK" | "UNDATED" } & PartialForecast & Problem)
  | ({ readonly status: "NO_MODEL" } & Problem)
  | ({ readonly status: "ERROR" } & (Problem | Noted))
  | ({ readonly status: "ENDED" } & Partial<Noted>);

/**
 * Scores one partition with its model. Whoever scores, a batch or a server, does it by this function, so that the same
 * model, data and options give the same bits. Never throws: what goes wrong is the partition's own error. The answer is there
 * at once unless the definition is asynchronous.
 */
export function scorePartition(
  plan: ScoringPlan,
  partition: TrainedPartition,
  data: ScoringData,
): ScoredPartition | Promise<ScoredPartition> {
  const steps = scoring(plan, partition, data);
  let step = steps.next();
  while (!step.done) {
    if (isThenable(step.value)) return scoreLater(steps, step.value);
    step = steps.next(step.value);
  }
  return step.value;
}

async function scoreLater(steps: ReturnType<typeof scoring>, first: PromiseLike<unknown>): Promise<ScoredPartition> {
  let step: IteratorResult<unknown, ScoredPartition> = { done: false, value: first };
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return step.value;
}

/** Returns the same where nothing can be waited for: a definition that answers later is the partition's error. */
export function scorePartitionNow(plan: ScoringPlan, partition: TrainedPartition, data: ScoringData): ScoredPartition {
  const steps = scoring(plan, partition, data);
  let step = steps.next();
  while (!step.done)
    step = isThenable(step.value)
      ? steps.throw(
          new Error("the definition is asynchronous, which a table function cannot run; set snowflake.scoring: client"),
        )
      : steps.next(step.value);
  return step.value;
}

/** Scores one partition step by step: yields what the definition returned, and goes on with what that has become. */
function* scoring(
  plan: ScoringPlan,
  partition: TrainedPartition,
  { data, future, newer = data }: ScoringData,
): Generator<unknown, ScoredPartition, unknown> {
  if (partition.model === null)
    return { status: "NO_MODEL", errorType: partition.errorType, errorMessage: partition.errorMessage };
  const { definition, levels } = plan;
  const basis = {
    [plan.keyArg]: keyArgument(plan.keyColumns, partition.key),
    exports: plan.exports,
    seed: partition.seed,
  };
  try {
    const perRow = definition.scores === "rows";
    const horizon = perRow ? data.length : plan.horizon;
    const moved: Moved = perRow
      ? { model: JSON.parse(partition.model) }
      : yield* moveOn(plan, partition.model, partition, basis, { data, newer });
    const times = perRow
      ? rowTimes(plan, data)
      : (plan.times ?? new ForecastTimes()).after(plan.time, partition, moved.steps ?? 0, horizon);
    const { model } = moved;
    const rows = future === undefined ? [data] : [data, future];
    const axis = {
      times: perRow ? null : (times as Float64Array | null),
      interval: partition.interval,
      time: plan.time?.name ?? null,
      rows,
    };
    const ordered = perRow ? undefined : plan.orders?.(data, horizon);
    const leadTime = ordered?.asked;
    // A copy of objects of one computed name each is by far the slowest step of a cheap forecast.
    const context = Object.assign(basis, { model, horizon, levels, data, axis });
    if (leadTime !== undefined) Object.assign(context, { leadTime });
    if (definition.predict === undefined) throw new Error("the model definition has no predict");
    if (future !== undefined) {
      const ahead = () => futureRows(future, plan.time, times as Float64Array | null);
      // A definition with drivers finds what is known by the axis, and asks for whole rows only if it needs them.
      if (findDrivers(plan.exports) === undefined) Object.assign(context, { future: ahead() });
      else Object.defineProperty(context, "future", { get: ahead, enumerable: true });
    }
    const returned = yield definition.predict(context);
    const place = {
      scores: definition.scores ?? "steps",
      time: plan.time,
      times: times instanceof Float64Array ? times : null,
      data,
      future,
    };
    const predicted = checkPrediction(withoutColumns(returned, plan), horizon, levels, plan.output);
    const { mean, lower, upper, output, note, stopped } = boundForecastOf(predicted, plan.exports, place);
    const stop = stopped && { errorType: stopped.type, errorMessage: stopped.message };
    if (stop !== undefined && mean.length === 0) return { status: "ERROR", ...stop };
    const stepTimes = stop === undefined ? times : (times?.slice(0, mean.length) ?? null);
    const { orderUpTo } = predicted;
    const level = ordered?.level({ model, seed: partition.seed, mean, orderUpTo, exports: plan.exports, place, axis });
    const forecast: { -readonly [Name in keyof PartialForecast]: PartialForecast[Name] } = {
      times: stepTimes,
      mean,
      lower,
      upper,
    };
    if (output !== undefined) forecast.output = output;
    if (stop !== undefined) forecast.stopped = stop;
    if (typeof level === "object") forecast.order = level;
    if (moved.problem !== undefined) return { ...forecast, status: "STALE", ...moved.problem };
    if (times === null && hasDates(plan)) return { ...forecast, status: "UNDATED", ...NO_INTERVAL };
    const noted = note ?? (typeof level === "string" ? { type: "no-lead-time", message: level } : undefined);
    if (noted === undefined) return Object.assign(forecast, { status: "OK" } as const);
    const why = { errorType: noted.type, errorMessage: noted.message };
    return { ...forecast, status: note?.isFallback ? "FALLBACK" : "OK", ...why };
  } catch (error) {
    return { status: "ERROR", errorType: typeOf(error, "predict-error"), errorMessage: messageOf(error) };
  }
}

/** Returns the result of `predict` without declared columns that nobody wants. */
function withoutColumns(returned: unknown, { definition, output }: ScoringPlan): unknown {
  if (output !== undefined || definition.output === undefined) return returned;
  return typeof returned === "object" && returned !== null ? { ...returned, columns: undefined } : returned;
}

/** Tells whether the steps of a forecast have times in the output, which a series without an interval cannot give. */
function hasDates({ definition, time }: ScoringPlan): boolean {
  return definition.scores !== "rows" && time !== null && time.type !== "string" && time.type !== "boolean";
}

const NO_INTERVAL = {
  errorType: "no-interval",
  errorMessage:
    "the series keeps no interval, so its steps have no times; state source.interval, or aggregate its rows to days, weeks or months",
} as const satisfies Problem;

/** A model that has taken in the newer rows of its partition, or the reason why it has not. */
interface Moved {
  readonly model: object;
  readonly steps?: number;
  readonly problem?: Problem;
}

function* moveOn(
  { definition, exports, time, advance }: ScoringPlan,
  text: string,
  { lastTs, interval }: TrainedPartition,
  basis: object,
  { data, newer: rows }: Required<Pick<ScoringData, "data" | "newer">>,
): Generator<unknown, Moved, unknown> {
  const model = JSON.parse(text) as object;
  if (!advance || time === null || lastTs === null) return { model };
  try {
    const newer = newerRows(rows, time, lastTs, interval, findTarget(exports, data.columns));
    if (newer === undefined) return { model };
    if (definition.update === undefined) {
      const errorMessage = `the input has rows after ${lastTs}, and the model definition has no update to take them in`;
      return { model, problem: { errorType: "no-update", errorMessage } };
    }
    const times = new ForecastTimes().after(time, { lastTs, interval }, 0, newer.steps);
    const axis = { times, interval, time: time.name, rows: [data] };
    return checkUpdateResult(
      yield definition.update({ ...basis, model, data: newer.data, axis } as never),
      newer.steps,
    );
  } catch (error) {
    // What update may have begun to change is not used.
    const problem = { errorType: typeOf(error, "update-error"), errorMessage: messageOf(error) };
    return { model: JSON.parse(text) as object, problem };
  }
}

export function typeOf(error: unknown, otherwise: ScoreErrorType): ScoreErrorType {
  if (error instanceof InvalidReturn) return "invalid-return";
  if (error instanceof MissingFuture) return "missing-future";
  return error instanceof OffInterval ? "off-interval" : otherwise;
}

/** Returns the times of the rows that were scored. Null where the time column has none of that type. */
function rowTimes({ time }: ScoringPlan, data: Frame): Times | null {
  const type = data.columns.find((column) => column.name === time?.name)?.type;
  if (time === null || type === undefined) return null;
  if (time.type === "string") return type === "string" ? data.strings(time.name) : null;
  if (time.type === "date" || time.type === "timestamp") return type === time.type ? data.times(time.name) : null;
  return type === "number" ? data.numbers(time.name) : null;
}
