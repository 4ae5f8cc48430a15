import {
  auc,
  averagePrecision,
  brier,
  type Contributions,
  calibrationError,
  classReport,
  type Encoding,
  encodedFeatures,
  type Fold,
  folds,
  grid,
  leastCostThreshold,
  logLoss,
  mae,
  outOfFold,
  r2,
  random,
  rmse,
  sampleGrid,
  shuffled,
  tune,
} from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";
import { matchColumn } from "../../core/columns/column.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import type { FitContext, FitResult, ModelDefinition, Prediction } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import type { Cell, OutputColumns, OutputContext } from "../output-columns.ts";
import { type BaseRate, baseRatePrediction, oneClass } from "./base-rate.ts";
import type { RowExports } from "./options.ts";
import { columnType, encodeRows, numericColumn, RowFeatures, textColumn } from "./row-features.ts";

type Columns = Readonly<Record<string, Float64Array>>;

/** A learner from encoded rows. `Fitted` is plain data. */
export interface Learner<Fitted> {
  /** The prediction: the probability of a class, or a number. */
  readonly predicts: "class" | "number";
  /** The value in place of missing numbers. */
  readonly impute: "mean" | "none";
  /** Tells whether the first category of each feature must be left out. */
  dropFirst(options: RowExports): boolean;
  fit(x: Columns, y: Float64Array, options: RowExports, weights: Float64Array | undefined): Fitted;
  predict(fitted: Fitted, x: Columns): Float64Array;
  /** Returns the contribution of each encoded column to the score: a number, or log odds. */
  contributions(fitted: Fitted, x: Columns): Contributions;
  /** Describes the features for `INFO`, and returns metrics of the learner's own. */
  describe(fitted: Fitted): { readonly info: Record<string, PlainData>; readonly metrics: Record<string, number> };
}

/** The stored model of rows. Where a segment has one class only, there is a base rate instead. */
export type RowModel<Fitted> =
  | {
      readonly kind: string;
      readonly formatVersion: 2;
      readonly encoding: Encoding;
      readonly fitted: Fitted;
      /** The probability from which on a row is of class 1, where the output has its class. */
      readonly threshold?: number;
    }
  | { readonly kind: string; readonly formatVersion: 1; readonly baseRate: BaseRate };

/** A fit to some rows, with the encoding that they taught. */
interface RowFit<Fitted> {
  readonly encoding: Encoding;
  readonly fitted: Fitted;
  /** The values that were tuned, and the loss of each trial; left out where nothing was. */
  readonly tuned?: PlainData;
}

/** Folds to tune by, where their number is not stated. */
const TUNING_FOLDS = 5;

/**
 * Returns a definition that predicts a value for each row from feature columns. Encoding, tuning and fit see their
 * training rows only. With a holdout, metrics `holdout_*` are of rows drawn by the seed, by a fit to the others. With
 * `folds`, `cv_*` are of all rows by cross-validation, in which each fold is tuned by itself (nested). Then the model
 * is fitted to all.
 *
 * A segment with too few rows of a class gets its base rate for each row, with its interval, and the status `FALLBACK`.
 *
 * @param kind - the stored model's kind
 */
export function rowDefinition<Fitted extends object>(
  kind: string,
  learner: Learner<Fitted>,
): ModelDefinition<object, RowExports, RowModel<Fitted>> {
  return {
    scores: "rows",
    output: outputOf,
    fit: (context) => fitRows(kind, learner, context),
    predict({ model, data, exports, levels }) {
      if ("baseRate" in model) {
        const prediction = baseRatePrediction(model.baseRate, data.length, levels);
        return { ...prediction, columns: columnsOf(exports, data, prediction.mean, undefined) };
      }
      const x = encodeRows(model.encoding, data);
      const mean = learner.predict(model.fitted, x);
      const explained =
        exports.explain === true ? byFeature(learner.contributions(model.fitted, x), model.encoding) : undefined;
      return { mean, columns: columnsOf(exports, data, mean, explained, model.threshold) };
    },
  };
}

/**
 * Returns the output columns: kept ones in their own type, CLASS where there is a threshold, CONTRIBUTIONS where asked
 * for.
 */
function outputOf({ exports, columns }: OutputContext<RowExports>): OutputColumns {
  const names = columns.map(({ name }) => name);
  const copies = (exports.keep ?? []).flatMap((word) => {
    const column = columns.find(({ name }) => name === matchColumn(names, word));
    if (column === undefined) return [];
    return [[word, column.type === "integer" ? "number" : column.type] as const];
  });
  return {
    ...Object.fromEntries(copies),
    ...(hasClass(exports) && { CLASS: "number" }),
    ...(exports.explain === true && { CONTRIBUTIONS: "string" }),
  };
}

const hasClass = ({ threshold, costs }: RowExports) => threshold !== undefined || costs !== undefined;

function columnsOf(
  exports: RowExports,
  data: Frame,
  mean: ArrayLike<number>,
  explained: readonly string[] | undefined,
  threshold = exports.threshold ?? 0.5,
): NonNullable<Prediction["columns"]> {
  return {
    ...Object.fromEntries((exports.keep ?? []).map((name) => [name, keptColumn(data, name)])),
    ...(hasClass(exports) && { CLASS: Array.from(mean, (p) => (p >= threshold ? 1 : 0)) }),
    ...(exports.explain === true && { CONTRIBUTIONS: explained ?? new Array<null>(mean.length).fill(null) }),
  };
}

function keptColumn(data: Frame, name: string): ArrayLike<Cell> {
  const type = columnType(data, name);
  if (type === "boolean") return data.booleans(name);
  if (type === "date" || type === "timestamp") return data.times(name);
  return type === "string" ? data.strings(name) : data.numbers(name);
}

/** Returns for each row the JSON of `start` and of each feature's contribution. Their sum is the score. */
function byFeature({ start, values }: Contributions, encoding: Encoding): string[] {
  const sums = new Map<string, Float64Array>();
  for (const [column, feature] of encodedFeatures(encoding)) {
    const cell = values[column];
    if (cell === undefined) continue;
    const sum = sums.get(feature) ?? new Float64Array(cell.length);
    cell.forEach((value, t) => (sum[t] = at(sum, t) + value));
    sums.set(feature, sum);
  }
  const length = Object.values(values)[0]?.length ?? 0;
  return Array.from({ length }, (_, t) =>
    JSON.stringify({ start, ...Object.fromEntries([...sums].map(([feature, sum]) => [feature, at(sum, t)])) }),
  );
}

function fitRows<Fitted extends object>(
  kind: string,
  learner: Learner<Fitted>,
  { data, exports, seed }: FitContext<object, RowExports>,
): FitResult<RowModel<Fitted>> {
  const { target, features, holdout, folds: k, repeats, group, levels, min_class_rows: least = 1 } = exports;
  if (features.length === 0) throw new RangeError("features is empty; name the columns that may tell");
  const outcome = numericColumn(data, target);
  const usable = Array.from(outcome.keys()).filter((row) => !Number.isNaN(at(outcome, row)));
  if (usable.length === 0) throw new RangeError(`no outcome is known: ${target} is empty in every row`);
  const outcomes = (rows: readonly number[]) => Float64Array.from(rows, (row) => at(outcome, row));
  const isClass = learner.predicts === "class";
  const total = outcomes(usable).reduce((sum, value) => sum + value, 0);
  const counted: Record<string, number> = isClass
    ? { customers: usable.length, churn_rate: total / usable.length }
    : { rows: usable.length };
  if (isClass && Math.min(total, usable.length - total) < least) {
    const baseRate = { ones: total, customers: usable.length };
    const info = { fallback: "base-rate", reason: oneClass(baseRate) };
    return { model: { kind, formatVersion: 1, baseRate }, metrics: counted, info };
  }
  const table = new RowFeatures(data, features);
  const groups = group === undefined ? undefined : textColumn(data, group);
  const candidates = candidatesOf(exports, seed);
  const final = fitOn(usable);
  const order = holdout > 0 && usable.length >= 2 * holdout ? shuffled(usable, random(seed)) : undefined;
  const metrics: Record<string, number> = { ...counted, ...learner.describe(final.fitted).metrics };
  const unseen: { readonly actual: Float64Array; readonly predicted: Float64Array; readonly prefix: string }[] = [];
  if (order !== undefined)
    add("holdout", order.slice(0, holdout), () => predictFor(order.slice(holdout), order.slice(0, holdout)));
  if (k !== undefined) add("cv", usable, () => predictOut(usable, k, repeats, predictFor));
  const threshold = hasClass(exports) ? thresholdOf(exports, unseen.at(-1)) : undefined;
  for (const { prefix, actual, predicted } of unseen)
    for (const [name, value] of Object.entries(
      isClass ? classMeasures(actual, predicted, threshold) : numberMeasures(actual, predicted),
    ))
      metrics[`${prefix}_${name}`] = value;
  return {
    model: {
      kind,
      formatVersion: 2,
      encoding: final.encoding,
      fitted: final.fitted,
      ...(threshold !== undefined && { threshold }),
    },
    metrics,
    info: {
      ...learner.describe(final.fitted).info,
      ...(final.tuned !== undefined && { tuned: final.tuned }),
      ...(threshold !== undefined && { threshold }),
    },
  };

  /** Adds predictions of rows by fits that have not seen them; none where the other rows do not allow a fit. */
  function add(prefix: string, rows: readonly number[], predict: () => Float64Array): void {
    try {
      const predicted = predict();
      if (predicted.length > 0 && !predicted.some(Number.isNaN))
        unseen.push({ prefix, actual: outcomes(rows), predicted });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** Learns encoding and options from some rows, and fits to them. */
  function fitOn(rows: readonly number[]): RowFit<Fitted> {
    if (candidates.length < 2) return fitWith(rows, { ...exports, ...candidates[0] });
    const { best, trials } = tune(candidates, (candidate) => {
      const predicted = predictOut(rows, k ?? TUNING_FOLDS, repeats, (training, holdout) =>
        predictBy(fitWith(training, { ...exports, ...candidate }), holdout),
      );
      return isClass ? logLoss(outcomes(rows), predicted) : rmse(outcomes(rows), predicted);
    });
    const results = trials.map(({ candidate, loss }) => ({ ...candidate, loss: Number.isNaN(loss) ? null : loss }));
    return { ...fitWith(rows, { ...exports, ...best }), tuned: { best, trials: results } };
  }

  function fitWith(rows: readonly number[], options: RowExports): RowFit<Fitted> {
    const { impute } = learner;
    const dropFirst = learner.dropFirst(options);
    const encoding = table.encoding(rows, { impute, dropFirst, ...(levels !== undefined && { levels }) });
    const y = outcomes(rows);
    return { encoding, fitted: learner.fit(table.encode(encoding, rows), y, options, weightsOf(y, options)) };
  }

  function predictBy({ encoding, fitted }: RowFit<Fitted>, rows: readonly number[]): Float64Array {
    return learner.predict(fitted, table.encode(encoding, rows));
  }

  function predictFor(training: readonly number[], rows: readonly number[]): Float64Array {
    return predictBy(fitOn(training), rows);
  }

  /** Returns out-of-fold predictions of some rows, in their order; none where there are fewer rows than folds. */
  function predictOut(
    rows: readonly number[],
    k: number,
    repeats: number | undefined,
    predict: (training: readonly number[], holdout: readonly number[]) => Float64Array,
  ): Float64Array {
    const members = groups === undefined ? undefined : rows.map((row) => at(groups, row));
    const all = folds(rows.length, {
      k,
      seed,
      ...(repeats !== undefined && { repeats }),
      ...(members !== undefined ? { groups: members } : isClass && { strata: outcomes(rows) }),
    });
    const rowsAt = (positions: Fold["held"]) => positions.map((position) => at(rows, position));
    return outOfFold(all, (training, holdout) => predict(rowsAt(training), rowsAt(holdout)));
  }
}

/** Returns the options to try: those of `tune`, or none. */
function candidatesOf({ tune: values, tries }: RowExports, seed: number): Readonly<Record<string, number>>[] {
  if (values === undefined) return [{}];
  return tries === undefined ? grid(values) : sampleGrid(values, tries, seed);
}

/** Returns the weight of each row by its class; undefined where all are 1. */
function weightsOf(y: Float64Array, { class_weight: weight }: RowExports): Float64Array | undefined {
  if (weight === undefined) return undefined;
  const ones = y.reduce((sum, value) => sum + value, 0);
  const [zero, one] = weight === "balanced" ? [y.length / (2 * (y.length - ones)), y.length / (2 * ones)] : [1, weight];
  return y.map((value) => (value === 1 ? one : zero));
}

function thresholdOf(
  { threshold, costs }: RowExports,
  unseen: { readonly actual: Float64Array; readonly predicted: Float64Array } | undefined,
): number {
  if (threshold !== undefined || costs === undefined) return threshold ?? 0.5;
  const { false_positive: falsePositive, false_negative: falseNegative } = costs;
  return leastCostThreshold(unseen?.actual ?? [], unseen?.predicted ?? [], { falsePositive, falseNegative });
}

function classMeasures(actual: Float64Array, p: Float64Array, threshold = 0.5): Record<string, number> {
  const { accuracy, precision, recall, f1 } = classReport(actual, p, { threshold });
  return {
    log_loss: logLoss(actual, p),
    auc: auc(actual, p),
    brier: brier(actual, p),
    pr_auc: averagePrecision(actual, p),
    calibration_error: calibrationError(actual, p),
    ...{ accuracy, precision, recall, f1 },
  };
}

function numberMeasures(actual: Float64Array, predicted: Float64Array): Record<string, number> {
  return { mae: mae(actual, predicted), rmse: rmse(actual, predicted), r2: r2(actual, predicted) };
}
