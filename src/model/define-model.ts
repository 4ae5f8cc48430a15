import type { PlainData } from "../core/columns/plain-data.ts";
import type { MetricDeclarations } from "../core/metric.ts";
import type { KeyValue } from "../core/partition-key.ts";
import type { Frame } from "./frame.ts";
import type { Cell, OutputDeclaration } from "./output-columns.ts";
import type { SeriesAxis } from "./series-axis.ts";
import type { StandardSchema } from "./standard-schema.ts";

/**
 * A partition's key as a definition receives it: its value, or for a composite key an object of column name to value.
 */
export type KeyArgument = KeyValue | { readonly [column: string]: KeyValue };

/** The loop's variable where a definition does not say it: `unit_id`, of any type. */
export interface DefaultKey {
  readonly unit_id: KeyArgument;
}

/**
 * Arguments of `fit`: the partition's key under the loop's variable (`unit_id`), its rows, the run's exports, and its
 * seed. The rows of a series end with its last observation. Later rows, without a value of the column that
 * `exports.target` names, are planned rows. Without that export, `data` has all rows.
 *
 * @typeParam Key - the loop's variable and its type, for example `{ unit_id: string }`
 * @typeParam Exports - the type of the values sent along with the run
 */
export type FitContext<Key extends object = DefaultKey, Exports = ExportsData> = Key & {
  readonly data: Frame;
  /** The steps of `data.series(…)`, with all rows of the partition: what `regressors` reads. */
  readonly axis?: SeriesAxis;
  readonly exports: Exports;
  /** A 32-bit integer that depends on nothing but the run's seed and the partition key. */
  readonly seed: number;
};

/** Exports of a definition that does not declare their type. */
export type ExportsData = { readonly [name: string]: PlainData };

/** The result of `fit`. Anything else is a failure of that partition. */
export interface FitResult<Model extends object> {
  /**
   * The fitted model: plain data (see `whyNotPlain`), or an object that the definition's `save` turns into plain data.
   */
  readonly model: Model;
  /** Numbers by name, for TRAINING_METRICS. NaN or null: not available. */
  readonly metrics?: { readonly [name: string]: number | null };
  /** Point forecasts to keep beside the model. */
  readonly forecast?: ArrayLike<number>;
  /** Any other result, as plain data. */
  readonly info?: object | string | number | boolean | null;
}

/** A partition that a run learns from: its key, its seed, and the `info` that `fit` returned for it. */
export interface LearnRow<Exports = ExportsData> {
  readonly partitionKey: string;
  readonly seed: number;
  readonly info: PlainData;
  /**
   * Reads the arguments that `fit` received for the partition. The first read of a partition reads the rows of its
   * whole chunk.
   */
  read(): Promise<Pick<FitContext<object, Exports>, "data" | "axis" | "exports">>;
}

/**
 * Arguments of `learn`: the partitions that have a model, in the order of the run's plan, and the run's exports and
 * seed. They can be iterated more than once.
 */
export interface LearnContext<Exports = ExportsData> {
  readonly partitions: AsyncIterable<LearnRow<Exports>>;
  readonly exports: Exports;
  readonly seed: number;
}

/** Arguments of `complete`: those of `fit` for the partition, its result, and the result of `learn`. */
export type CompleteContext<Model, Key extends object = DefaultKey, Exports = ExportsData> = FitContext<
  Key,
  Exports
> & {
  readonly model: Model;
  readonly info: PlainData;
  /** The result of `learn`. */
  readonly learnt: PlainData;
};

/**
 * Arguments of `update`. `data` holds the rows of the batch's input that are newer than the rows the model was fitted
 * to (or moved over), up to the newest row with a value of the target. `data.series(column)` starts one step after the
 * model's last row, NaN at steps without a row.
 */
export type UpdateContext<Model, Key extends object = DefaultKey, Exports = ExportsData> = Key & {
  readonly model: Model;
  readonly data: Frame;
  /** The steps of `data.series(…)`, with all rows of the input. */
  readonly axis?: SeriesAxis;
  readonly exports: Exports;
  readonly seed: number;
  /** The result of `learn`, where the definition has `needsLearnt`. */
  readonly learnt?: PlainData;
};

/**
 * The result of `update`: the updated model, and the number of steps it moved over. They are fewer than the steps of
 * `data` if the last values are not known yet.
 */
export interface UpdateResult<Model extends object> {
  readonly model: Model;
  readonly steps: number;
}

/** New readings and the verdict on each: arrays have a value for each step of the data that `judge` receives. */
export interface JudgedReadings {
  /** The readings, NaN where missing. */
  readonly value: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** The band of usual readings. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** The error in standard deviations; NaN where the reading is missing. */
  readonly score: ArrayLike<number>;
  /** The fault of a reading, such as `spike`; null for none. */
  readonly kinds: readonly (string | null)[];
  /** The position at which the fault began, negative if before the first of these readings; NaN without a fault. */
  readonly since: ArrayLike<number>;
}

/** The result of `judge`: the verdicts, and the updated model as `update` returns it. */
export interface JudgeResult<Model extends object> extends UpdateResult<Model> {
  readonly readings: JudgedReadings;
}

/**
 * Arguments of `predict`. `data` holds the partition's rows in the batch's input table. A batch reads them when a
 * definition first asks for any: it stops that call by an error, and makes it again. If the batch has a future table,
 * `future` holds one row for each of the `horizon` steps, with the values known ahead.
 */
export type PredictContext<Model, Key extends object = DefaultKey, Exports = ExportsData> = Key & {
  readonly model: Model;
  readonly horizon: number;
  /** Coverage of the prediction intervals in percent, ascending; 0 stands for the median, where quantiles are wanted. */
  readonly levels: readonly number[];
  readonly data: Frame;
  readonly future?: Frame;
  /** The steps to forecast, with the rows of the input and of the table of the future: what `regressors` reads. */
  readonly axis?: SeriesAxis;
  readonly exports: Exports;
  readonly seed: number;
  /** The result of `learn`, where the definition has `needsLearnt`. */
  readonly learnt?: PlainData;
  /** Asks for the quantile of the sum of the first `steps` steps at `serviceLevel`, to be returned as `orderUpTo`. */
  readonly leadTime?: { readonly steps: number; readonly serviceLevel: number };
};

/**
 * The result of `predict`: `horizon` point forecasts (or one value for each row, see `scores`), with lower and upper
 * bounds for each level.
 */
export interface Prediction {
  readonly mean: ArrayLike<number>;
  readonly levels?: readonly number[];
  readonly lower?: readonly ArrayLike<number>[];
  readonly upper?: readonly ArrayLike<number>[];
  /** The quantile for `leadTime`; NaN if there is none. */
  readonly orderUpTo?: number;
  /** The columns that `output` declares, each with a value for each forecast. */
  readonly columns?: Readonly<Record<string, ArrayLike<Cell>>>;
  /**
   * A note for readers of the forecast: `ERROR_TYPE` and `ERROR_MESSAGE` of its rows. Their `STATUS` stays `OK`, or is
   * `FALLBACK` if the forecast comes from another model than the requested one.
   */
  readonly note?: { readonly type: string; readonly message: string; readonly isFallback?: boolean };
  /**
   * The reason for fewer steps than `horizon`, such as `missing-future`: `ERROR_TYPE` and `ERROR_MESSAGE` of one more
   * row after the forecast.
   */
  readonly stopped?: { readonly type: string; readonly message: string };
}

/** One model for any partition: how to fit it, and how to predict from the fitted model. */
export interface ModelDefinition<Key extends object, Exports, Model extends object> {
  /** A schema of the run's exports: it gives their type, and checks them once, before training starts. */
  readonly exports?: StandardSchema<unknown, Exports>;
  /**
   * Rules that compare the values of metrics, such as `{ lift: { better: "higher" } }`. For a metric that is neither
   * declared nor one of the built-in models' (`auc`, `mase`, …), less is better. The first declared metric that a run
   * has is its default metric.
   */
  readonly metrics?: MetricDeclarations;
  fit(context: FitContext<Key, Exports>): FitResult<Model> | Promise<FitResult<Model>>;
  /**
   * Learns once what the models of all partitions share, such as the weights of a combination. It is called after every
   * partition was fitted, with the `info` of each. The result is plain data, which is stored with the run and passed to
   * `complete`. Partitions have the order of the run's plan, so the result does not depend on their division into
   * chunks.
   */
  learn?(context: LearnContext<Exports>): object | Promise<object>;
  /**
   * Completes a partition's model, metrics, forecast and info with the result of `learn`. A partition whose model
   * cannot be completed has failed.
   */
  complete?(context: CompleteContext<Model, Key, Exports>): FitResult<Model> | Promise<FitResult<Model>>;
  /**
   * True if `predict` and `update` receive the result of `learn`. Models of partitions are then parts of one model,
   * which is stored once and which each worker reads once. A table function of a warehouse does not score by such a
   * definition.
   */
  readonly needsLearnt?: true;
  /**
   * The rows of a prediction: the next `horizon` steps (default), or each of the `rows` of `data`, for example
   * customers; `horizon` is then the number of rows, and the output's STEP the row's number.
   */
  readonly scores?: "steps" | "rows";
  /**
   * Moves a model over observations that are newer than its own, without fitting it again. Without `update`, forecasts
   * start where the model ends, and are `STALE` if the input has newer rows.
   */
  update?(context: UpdateContext<Model, Key, Exports>): UpdateResult<Model> | Promise<UpdateResult<Model>>;
  /**
   * Judges observations that are newer than the model's, one by one, each before the model is updated with it. A batch
   * of readings writes the verdicts, and `serve` answers readings with them.
   */
  judge?(context: UpdateContext<Model, Key, Exports>): JudgeResult<Model> | Promise<JudgeResult<Model>>;
  /**
   * Turns a model into its stored form: plain data, bytes (an `ArrayBuffer`, typed arrays), numbers that are not
   * finite. With `load` but without `save`, the stored form is the result of the model's `toJSON`, or its own
   * properties, as in JSON.
   */
  save?(model: Model): unknown;
  /**
   * Restores a model from its stored form, for `predict`, `update` and `judge`. Definitions whose models are objects of
   * a library need it. `load` and `save` may return promises.
   */
  load?(saved: unknown): Model | Promise<Model>;
  /**
   * Columns that `predict` returns in addition to its forecast, such as `{ CLASS: "string", P_HIGH: "number" }`, or a
   * function that returns them from the run's exports and the training data's columns. They become columns of the
   * output.
   */
  readonly output?: OutputDeclaration<Exports>;
  /** Forecasts from a model. Registration and batch scoring need it. */
  predict?(context: PredictContext<Model, Key, Exports>): Prediction | Promise<Prediction>;
}

/**
 * Declares a model definition; a module's default export. The type of `model` in `predict` is inferred from the result
 * of `fit`. The types of key and exports come from the annotation of `fit`'s parameter, if it has one:
 *
 * ```ts
 * export default defineModel({
 *   fit({ data, exports }: FitContext<{ unit_id: string }, { horizon: number }>) {
 *     const model = holtWinters(data.numbers("Y"), { period: 7 });
 *     return { model, forecast: forecast(model, { h: exports.horizon }).mean };
 *   },
 *   predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
 * });
 * ```
 */
export function defineModel<Key extends object = DefaultKey, Exports = ExportsData, Model extends object = object>(
  definition: ModelDefinition<Key, Exports, Model>,
): ModelDefinition<Key, Exports, Model> {
  return definition;
}

/** A definition whose types are not known, as the machinery handles it. */
export type AnyModelDefinition = ModelDefinition<object, unknown, object>;
