import {
  auc,
  averagePrecision,
  brier,
  type Contributions,
  calibrationError,
  classReport,
  likeliest,
  logLoss,
  mae,
  multiclassReport,
  r2,
  rmse,
} from "@manymodel/forecast";
import { at, zip } from "../../core/aligned.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import type { RowExports } from "./options.ts";

export type Columns = Readonly<Record<string, Float64Array>>;

/** A learner from encoded rows. `Fitted` is plain data. */
export interface Learner<Fitted> {
  /** The prediction: the probability of a class, or a number. */
  readonly predicts: "class" | "number";
  /** The value in place of missing numbers. */
  readonly impute: "mean" | "none";
  /** Tells whether the first category of each feature must be left out. */
  dropFirst(options: RowExports): boolean;
  fit(x: Columns, y: Float64Array, options: RowExports, weights: Float64Array | undefined): Fitted;
  /** Tells whether a fit says the same of every row. */
  isConstant(fitted: Fitted): boolean;
  predict(fitted: Fitted, x: Columns): Float64Array;
  /** Returns the contribution of each encoded column to the score: a number, or log odds. */
  contributions(fitted: Fitted, x: Columns): Contributions;
  /** Describes the features for `INFO`, and returns metrics of the learner's own. */
  describe(fitted: Fitted): { readonly info: Record<string, PlainData>; readonly metrics: Record<string, number> };
}

/** The prediction of rows: one column, or the probability of each class. */
export type Predicted = readonly Float64Array[];

/** A way to predict rows by a learner, and to measure predictions. */
export interface Estimator<Fit> {
  readonly learner: Pick<Learner<unknown>, "predicts" | "impute" | "dropFirst">;
  fit(x: Columns, y: Float64Array, options: RowExports): Fit;
  predict(fit: Fit, x: Columns, rows: number): Predicted;
  /** Returns the loss that tuning makes small. */
  loss(actual: Float64Array, predicted: Predicted): number;
  measures(actual: Float64Array, predicted: Predicted, threshold?: number): Record<string, number>;
  describe(fit: Fit): ReturnType<Learner<unknown>["describe"]>;
}

/** Predicts one column: numbers, or the probability of 1. */
export function singleEstimator<Fitted>(learner: Learner<Fitted>): Estimator<Fitted> {
  const isClass = learner.predicts === "class";
  return {
    learner,
    fit: (x, y, options) => learner.fit(x, y, options, weightsOf(y, options)),
    predict: (fit, x) => [learner.predict(fit, x)],
    loss: (actual, [predicted = NONE]) => (isClass ? logLoss(actual, predicted) : rmse(actual, predicted)),
    measures: (actual, [predicted = NONE], threshold) =>
      isClass ? classMeasures(actual, predicted, threshold) : numberMeasures(actual, predicted),
    describe: (fit) => learner.describe(fit),
  };
}

const NONE = new Float64Array(0);

/** For each class the number of its rows, and a fit of it against all others: null where too few rows have it, or have it not. */
export interface ClassFits<Fitted> {
  readonly counts: readonly number[];
  readonly fits: readonly (Fitted | null)[];
}

/**
 * Predicts the probability of each of several classes by a fit of each class against all others, brought to a sum of 1. A
 * class without a fit has its base rate. Outcomes are positions in `classes`.
 *
 * @see Rifkin & Klautau (2004), "In defense of one-vs-all classification", Journal of Machine Learning Research 5
 */
export function classesEstimator<Fitted>(
  learner: Learner<Fitted>,
  classes: readonly string[],
): Estimator<ClassFits<Fitted>> {
  return {
    learner,
    fit(x, y, options) {
      const counts = classes.map((_, k) => y.reduce((sum, code) => sum + Number(code === k), 0));
      const weights =
        options.class_weight === undefined
          ? undefined
          : y.map((code) => y.length / (classes.length * Math.max(1, counts[code] ?? 0)));
      const fits = counts.map((count, k) => {
        if (Math.min(count, y.length - count) < (options.min_class_rows ?? 1)) return null;
        const isClass = y.map((code) => Number(code === k));
        const fitted = learner.fit(x, isClass, options, weights);
        return learner.isConstant(fitted) ? null : fitted;
      });
      return { counts, fits };
    },
    predict({ counts, fits }, x, rows) {
      const shares = sharesOf(counts);
      const scores = fits.map((fitted, k) =>
        fitted === null ? new Float64Array(rows).fill(at(shares, k)) : learner.predict(fitted, x),
      );
      for (let t = 0; t < rows; t++) {
        const sum = scores.reduce((total, score) => total + at(score, t), 0);
        for (const [score, share] of zip(scores, shares)) score[t] = sum > 0 ? at(score, t) / sum : share;
      }
      return scores;
    },
    loss: (actual, predicted) => multiclassReport(actual, predicted).logLoss,
    measures(actual, predicted) {
      const { logLoss, calibrationError, ...others } = multiclassReport(actual, predicted);
      return { log_loss: logLoss, ...others, calibration_error: calibrationError };
    },
    describe: ({ counts, fits }) => ({
      info: {
        classes: Object.fromEntries(
          Array.from(zip(classes, Array.from(zip(counts, fits))), ([name, [rows, fitted]]) => [
            name,
            { rows, ...(fitted !== null && learner.describe(fitted).info) },
          ]),
        ),
      },
      metrics: {},
    }),
  };
}

/** Returns the base rates of classes: the mean of a Dirichlet distribution after Jeffreys' prior. */
function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count + 0.5) / (total + counts.length / 2));
}

/** Returns the position of the likeliest class of each row, and its probability. */
export function bestClass(predicted: Predicted): { readonly positions: Uint32Array; readonly chance: Float64Array } {
  const positions = likeliest(predicted);
  return { positions, chance: Float64Array.from(positions, (k, t) => at(at(predicted, k), t)) };
}

/** Returns the weight of each row by its class; undefined where all are 1. */
function weightsOf(y: Float64Array, { class_weight: weight }: RowExports): Float64Array | undefined {
  if (weight === undefined) return undefined;
  const ones = y.reduce((sum, value) => sum + value, 0);
  const [zero, one] = weight === "balanced" ? [y.length / (2 * (y.length - ones)), y.length / (2 * ones)] : [1, weight];
  return y.map((value) => (value === 1 ? one : zero));
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
