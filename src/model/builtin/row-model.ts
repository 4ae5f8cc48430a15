import {
  type Contributions,
  type Encoding,
  encodedFeatures,
  type Fold,
  folds,
  grid,
  leastCostThreshold,
  outOfFold,
  random,
  sampleGrid,
  shuffled,
  tune,
} from "@manymodel/forecast";
import { at, zip } from "../../core/aligned.ts";
import { matchColumn } from "../../core/columns/column.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { FitContext, FitResult, ModelDefinition, Prediction } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import type { Cell, OutputColumns, OutputContext } from "../output-columns.ts";
import { type BaseRate, baseRatePrediction, oneClass } from "./base-rate.ts";
import type { RowExports } from "./options.ts";
import {
  bestClass,
  type ClassFits,
  type Columns,
  classesEstimator,
  type Estimator,
  type Learner,
  type Predicted,
  singleEstimator,
} from "./row-estimator.ts";
import { columnType, encodeRows, numericColumn, RowFeatures, textColumn } from "./row-features.ts";

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
  | {
      readonly kind: string;
      readonly formatVersion: 3;
      readonly encoding: Encoding;
      readonly classes: readonly string[];
      readonly fitted: ClassFits<Fitted>;
    }
  | { readonly kind: string; readonly formatVersion: 1; readonly baseRate: BaseRate };

/** A fit to some rows, with the encoding that they taught. */
interface RowFit<Fit> {
  readonly encoding: Encoding;
  readonly fitted: Fit;
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
    fit(context) {
      const { classes } = context.exports;
      return classes === undefined
        ? fitOutcome(kind, learner, context)
        : fitClasses(kind, learner, classes.map(String), context);
    },
    predict({ model, data, exports, levels }) {
      if ("baseRate" in model) {
        const prediction = baseRatePrediction(model.baseRate, data.length, levels);
        return { ...prediction, columns: columnsOf(exports, data, prediction.mean, undefined) };
      }
      const x = encodeRows(model.encoding, data);
      if ("classes" in model) return predictClasses(learner, model, x, { data, exports, levels });
      const mean = learner.predict(model.fitted, x);
      const explained =
        exports.explain === true ? byFeature(learner.contributions(model.fitted, x), model.encoding) : undefined;
      return { mean, columns: columnsOf(exports, data, mean, explained, model.threshold) };
    },
  };
}

/**
 * Returns the output columns: kept ones in their own type, CLASS where there is a threshold or there are classes, P_ and its
 * name for each class, and CONTRIBUTIONS where asked for.
 *
 * @throws {ManymodelError} `config` for options of two classes beside `classes`
 */
function outputOf({ exports, columns }: OutputContext<RowExports>): OutputColumns {
  const { keep = [], classes, class_weight: weight } = exports;
  if (classes !== undefined && (hasClass(exports) || typeof weight === "number"))
    throw new ManymodelError(
      "config",
      "threshold, costs and a numeric class_weight need a target of 0 and 1; leave them out if you set classes",
    );
  const names = columns.map(({ name }) => name);
  const copies = keep.flatMap((word) => {
    const column = columns.find(({ name }) => name === matchColumn(names, word));
    if (column === undefined) return [];
    return [[word, column.type === "integer" ? "number" : column.type] as const];
  });
  return {
    ...Object.fromEntries(copies),
    ...(hasClass(exports) && { CLASS: "number" }),
    ...(classes !== undefined && { CLASS: "string" }),
    ...Object.fromEntries((classes ?? []).map((name) => [chanceColumn(name), "number"] as const)),
    ...(exports.explain === true && { CONTRIBUTIONS: "string" }),
  };
}

/** Returns the name of the column of a class's probability. */
const chanceColumn = (name: string | number) => `P_${name}`;

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

/** Fits to a number, or to an outcome of 0 or 1. */
function fitOutcome<Fitted extends object>(
  kind: string,
  learner: Learner<Fitted>,
  context: FitContext<object, RowExports>,
): FitResult<RowModel<Fitted>> {
  const { exports } = context;
  const { target, min_class_rows: least = 1 } = exports;
  const isClass = learner.predicts === "class";
  const outcome = numericColumn(context.data, target);
  const usable = knownRows(outcome, target);
  const total = usable.reduce((sum, row) => sum + at(outcome, row), 0);
  const counted: Record<string, number> = isClass
    ? { customers: usable.length, churn_rate: total / usable.length }
    : { rows: usable.length };
  const fallback = (): FitResult<RowModel<Fitted>> => {
    const baseRate = { ones: total, customers: usable.length };
    const info = { fallback: "base-rate", reason: oneClass(baseRate) };
    return { model: { kind, formatVersion: 1, baseRate }, metrics: counted, info };
  };
  if (isClass && Math.min(total, usable.length - total) < least) return fallback();
  const { encoding, fitted, unseen, metrics, info } = fitRows(singleEstimator(learner), outcome, usable, context);
  if (isClass && learner.isConstant(fitted)) return fallback();
  const threshold = hasClass(exports) ? thresholdOf(exports, unseen.at(-1)) : undefined;
  return {
    model: { kind, formatVersion: 2, encoding, fitted, ...(threshold !== undefined && { threshold }) },
    metrics: { ...counted, ...metrics(threshold) },
    info: { ...info, ...(threshold !== undefined && { threshold }) },
  };
}

/** Fits to an outcome that is one of several classes. */
function fitClasses<Fitted extends object>(
  kind: string,
  learner: Learner<Fitted>,
  classes: readonly string[],
  context: FitContext<object, RowExports>,
): FitResult<RowModel<Fitted>> {
  const { target } = context.exports;
  const codes = Float64Array.from(textColumn(context.data, target), (value, row) => {
    const code = value === null ? NaN : classes.indexOf(value);
    if (code < 0)
      throw new RangeError(
        `${target} is ${JSON.stringify(value)} in row ${row + 1}, which classes does not name: ${classes.join(", ")}`,
      );
    return code;
  });
  const usable = knownRows(codes, target);
  const { encoding, fitted, metrics, info } = fitRows(classesEstimator(learner, classes), codes, usable, context);
  return {
    model: { kind, formatVersion: 3, encoding, classes, fitted },
    metrics: { customers: usable.length, ...metrics() },
    info: { ...info, ...(isBaseRate(fitted) && { fallback: "base-rate" }) },
  };
}

const isBaseRate = ({ fits }: ClassFits<unknown>) => fits.every((fitted) => fitted === null);

/** Predicts the likeliest class of each row, with the probabilities of all. The contributions are to the log odds of that class. */
function predictClasses<Fitted extends object>(
  learner: Learner<Fitted>,
  { classes, fitted, encoding }: Extract<RowModel<Fitted>, { readonly formatVersion: 3 }>,
  x: Columns,
  { data, exports, levels }: { data: Frame; exports: RowExports; levels: readonly number[] },
): Prediction {
  const predicted = classesEstimator(learner, classes).predict(fitted, x, data.length);
  const { positions, chance } = bestClass(predicted);
  const explained =
    exports.explain === true
      ? fitted.fits.map((fit) => (fit === null ? undefined : byFeature(learner.contributions(fit, x), encoding)))
      : [];
  const columns = {
    ...Object.fromEntries((exports.keep ?? []).map((name) => [name, keptColumn(data, name)])),
    CLASS: Array.from(positions, (k) => at(classes, k)),
    ...Object.fromEntries(Array.from(zip(classes, predicted), ([name, values]) => [chanceColumn(name), values])),
    ...(exports.explain === true && {
      CONTRIBUTIONS: Array.from(positions, (k, t) => explained[k]?.[t] ?? null),
    }),
  };
  if (!isBaseRate(fitted)) return { mean: chance, columns };
  const { counts } = fitted;
  const customers = counts.reduce((sum, count) => sum + count, 0);
  const baseRate = { ones: Math.max(...counts), customers };
  return { ...baseRatePrediction(baseRate, data.length, levels), mean: chance, columns };
}

/** Returns the rows whose outcome is known. */
function knownRows(outcome: Float64Array, target: string): number[] {
  const usable = Array.from(outcome.keys()).filter((row) => !Number.isNaN(at(outcome, row)));
  if (usable.length === 0) throw new RangeError(`no outcome is known: ${target} is empty in every row`);
  return usable;
}

/** Predictions of rows by fits that have not seen them. */
interface Unseen {
  readonly prefix: string;
  readonly actual: Float64Array;
  readonly predicted: Predicted;
}

/** A fit to all rows whose outcome is known, and what rows that it had not seen tell of it. */
interface MeasuredFit<Fit> extends RowFit<Fit> {
  readonly unseen: readonly Unseen[];
  /** Returns the learner's metrics and measures, of classes at a threshold. */
  metrics(threshold?: number): Record<string, number>;
  readonly info: Record<string, PlainData>;
}

function fitRows<Fit>(
  estimator: Estimator<Fit>,
  outcome: Float64Array,
  usable: readonly number[],
  { data, exports, seed }: FitContext<object, RowExports>,
): MeasuredFit<Fit> {
  const { features, holdout, folds: k, repeats, group, levels } = exports;
  if (features.length === 0) throw new RangeError("features is empty; name at least one column");
  const outcomes = (rows: readonly number[]) => Float64Array.from(rows, (row) => at(outcome, row));
  const table = new RowFeatures(data, features);
  const groups = group === undefined ? undefined : textColumn(data, group);
  const candidates = candidatesOf(exports, seed);
  const final = fitOn(usable);
  const order = holdout > 0 && usable.length >= 2 * holdout ? shuffled(usable, random(seed)) : undefined;
  const unseen: Unseen[] = [];
  if (order !== undefined)
    add("holdout", order.slice(0, holdout), () => predictFor(order.slice(holdout), order.slice(0, holdout)));
  if (k !== undefined) add("cv", usable, () => predictOut(usable, k, repeats, predictFor));
  const described = estimator.describe(final.fitted);
  return {
    ...final,
    unseen,
    metrics: (threshold) =>
      Object.fromEntries([
        ...Object.entries(described.metrics),
        ...unseen.flatMap(({ prefix, actual, predicted }) =>
          Object.entries(estimator.measures(actual, predicted, threshold)).map(
            ([name, value]) => [`${prefix}_${name}`, value] as const,
          ),
        ),
      ]),
    info: { ...described.info, ...(final.tuned !== undefined && { tuned: final.tuned }) },
  };

  /** Adds predictions of rows by fits that have not seen them; none where the other rows do not allow a fit. */
  function add(prefix: string, rows: readonly number[], predict: () => Predicted): void {
    try {
      const predicted = predict();
      if (predicted.every((column) => column.length > 0 && !column.some(Number.isNaN)))
        unseen.push({ prefix, actual: outcomes(rows), predicted });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** Learns encoding and options from some rows, and fits to them. */
  function fitOn(rows: readonly number[]): RowFit<Fit> {
    if (candidates.length < 2) return fitWith(rows, { ...exports, ...candidates[0] });
    const { best, trials } = tune(candidates, (candidate) => {
      const predicted = predictOut(rows, k ?? TUNING_FOLDS, repeats, (training, holdout) =>
        predictBy(fitWith(training, { ...exports, ...candidate }), holdout),
      );
      return estimator.loss(outcomes(rows), predicted);
    });
    const results = trials.map(({ candidate, loss }) => ({ ...candidate, loss: Number.isNaN(loss) ? null : loss }));
    return { ...fitWith(rows, { ...exports, ...best }), tuned: { best, trials: results } };
  }

  function fitWith(rows: readonly number[], options: RowExports): RowFit<Fit> {
    const { impute } = estimator.learner;
    const dropFirst = estimator.learner.dropFirst(options);
    const encoding = table.encoding(rows, { impute, dropFirst, ...(levels !== undefined && { levels }) });
    return { encoding, fitted: estimator.fit(table.encode(encoding, rows), outcomes(rows), options) };
  }

  function predictBy({ encoding, fitted }: RowFit<Fit>, rows: readonly number[]): Predicted {
    return estimator.predict(fitted, table.encode(encoding, rows), rows.length);
  }

  function predictFor(training: readonly number[], rows: readonly number[]): Predicted {
    return predictBy(fitOn(training), rows);
  }

  /** Returns out-of-fold predictions of some rows, in their order; none where there are fewer rows than folds. */
  function predictOut(
    rows: readonly number[],
    k: number,
    repeats: number | undefined,
    predict: (training: readonly number[], holdout: readonly number[]) => Predicted,
  ): Predicted {
    const members = groups === undefined ? undefined : rows.map((row) => at(groups, row));
    const all = folds(rows.length, {
      k,
      seed,
      ...(repeats !== undefined && { repeats }),
      ...(members !== undefined
        ? { groups: members }
        : estimator.learner.predicts === "class" && { strata: outcomes(rows) }),
    });
    const rowsAt = (positions: Fold["held"]) => positions.map((position) => at(rows, position));
    const predicted = new Map(all.map(({ training, held }) => [training, predict(rowsAt(training), rowsAt(held))]));
    const [first] = predicted.values();
    return (first ?? []).map((_, column) => outOfFold(all, (training) => predicted.get(training)?.[column] ?? []));
  }
}

/** Returns the options to try: those of `tune`, or none. */
function candidatesOf({ tune: values, tries }: RowExports, seed: number): Readonly<Record<string, number>>[] {
  if (values === undefined) return [{}];
  return tries === undefined ? grid(values) : sampleGrid(values, tries, seed);
}

function thresholdOf({ threshold, costs }: RowExports, unseen: Unseen | undefined): number {
  if (threshold !== undefined || costs === undefined) return threshold ?? 0.5;
  const { false_positive: falsePositive, false_negative: falseNegative } = costs;
  return leastCostThreshold(unseen?.actual ?? [], unseen?.predicted[0] ?? [], { falsePositive, falseNegative });
}
