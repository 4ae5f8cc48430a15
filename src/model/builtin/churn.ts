import {
  auc,
  averagePrecision,
  brier,
  calibrationError,
  type Fold,
  folds,
  type LogisticModel,
  logistic,
  logLoss,
  normalQuantile,
  probability,
  random,
} from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";
import { matchColumn } from "../../core/columns/column.ts";
import { defineModel, type FitContext, type FitResult, type Prediction } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import type { CHURN, Exports } from "./options.ts";

/** The fitted model; `means` stand in for missing features. Where only one class was seen, there is a base rate instead. */
export type ChurnModel =
  | {
      readonly kind: "churn";
      readonly formatVersion: 1;
      readonly logistic: LogisticModel;
      readonly means: Readonly<Record<string, number>>;
    }
  | { readonly kind: "churn"; readonly formatVersion: 1; readonly baseRate: BaseRate };

/** How many of so many known outcomes are 1. */
type BaseRate = { readonly ones: number; readonly customers: number };

/**
 * A probability for each customer of a segment: logistic regression with a ridge penalty on feature columns, one row a
 * customer. Missing features count as the segment's mean. With a holdout, `holdout_log_loss`, `holdout_auc`, `holdout_brier`,
 * `holdout_pr_auc` and `holdout_calibration_error` are measured on rows drawn by the seed, by a fit to the others. With
 * `folds`, `cv_log_loss` and the others are measured on all rows by stratified cross-validation. Then the model is fitted to
 * all.
 *
 * A segment whose known outcomes are all of one class gets its base rate for each row, with its interval, and the note
 * `base-rate`: there is nothing to learn from its features.
 *
 * A batch gives one probability per row of its input: FORECAST, STEP being the row's number in the order of `order_by`.
 */
export default defineModel({
  scores: "rows",
  fit({ data, exports, seed }: FitContext<object, Exports<typeof CHURN>>): FitResult<ChurnModel> {
    const { target, features, holdout, ridge = 1, folds: k } = exports;
    const outcome = numeric(data, target);
    const known = Array.from(outcome.keys()).filter((row) => !Number.isNaN(at(outcome, row)));
    const outcomes = (rows: readonly number[]) => Float64Array.from(rows, (row) => at(outcome, row));
    if (known.length === 0) throw new RangeError(`no outcome is known: ${target} is empty in every row`);
    if (features.length === 0) throw new RangeError("features is empty; name the columns that may tell");
    const ones = outcomes(known).reduce((sum, value) => sum + value, 0);
    const share = ones / known.length;
    if (ones === 0 || ones === known.length) {
      const baseRate = { ones, customers: known.length };
      const model: ChurnModel = { kind: "churn", formatVersion: 1, baseRate };
      return {
        model,
        metrics: { customers: known.length, churn_rate: share },
        info: { fallback: "base-rate", reason: oneClass(baseRate) },
      };
    }
    const raw = Object.fromEntries(features.map((name) => [name, numeric(data, name)]));
    const means = meansOf(raw);
    const fitted = logistic(filled(pick(raw, known), means), outcomes(known), { ridge });
    const held = holdout > 0 && known.length >= 2 * holdout ? shuffle(known, seed) : undefined;
    const measured = {
      ...(held !== undefined && losses("holdout", [{ held: held.slice(0, holdout), training: held.slice(holdout) }])),
      ...(k !== undefined && losses("cv", foldsOf(k))),
    };
    const model: ChurnModel = { kind: "churn", formatVersion: 1, logistic: fitted, means };
    return {
      model,
      metrics: { customers: known.length, churn_rate: share, deviance: fitted.deviance, ...measured },
      info: { dropped: fitted.dropped },
    };

    /** Stratified folds of the rows with a known outcome; none where there are fewer rows than folds. */
    function foldsOf(k: number): Fold[] {
      if (known.length < k) return [];
      const rowsAt = (positions: readonly number[]) => positions.map((position) => at(known, position));
      return folds(known.length, { k, seed, strata: outcomes(known) }).map(({ training, held }) => ({
        training: rowsAt(training),
        held: rowsAt(held),
      }));
    }

    /**
     * Losses over held-out rows, of fits that have not seen them: neither their outcomes nor, in the means that stand in for
     * missing features, their features. Nothing where the other rows do not allow a fit.
     */
    function losses(prefix: string, all: readonly Fold[]): Record<string, number> {
      const actual: number[] = [];
      const p: number[] = [];
      try {
        for (const { training, held } of all) {
          const x = pick(raw, training);
          const means = meansOf(x);
          const model = logistic(filled(x, means), outcomes(training), { ridge });
          actual.push(...outcomes(held));
          p.push(...probability(model, filled(pick(raw, held), means)));
        }
      } catch (error) {
        if (error instanceof RangeError) return {};
        throw error;
      }
      if (actual.length === 0) return {};
      return {
        [`${prefix}_log_loss`]: logLoss(actual, p),
        [`${prefix}_auc`]: auc(actual, p),
        [`${prefix}_brier`]: brier(actual, p),
        [`${prefix}_pr_auc`]: averagePrecision(actual, p),
        [`${prefix}_calibration_error`]: calibrationError(actual, p),
      };
    }
  },
  predict: ({ model, data, levels }) =>
    "baseRate" in model
      ? baseRatePrediction(model.baseRate, data.length, levels)
      : { mean: probability(model.logistic, features(data, model.means)) },
});

const oneClass = ({ ones, customers }: BaseRate) =>
  `${ones} of ${customers} known outcomes are 1, so the features tell nothing`;

/**
 * The base rate for each of the rows: (ones + ½) / (customers + 1), the mean of a Beta distribution after Jeffreys' prior,
 * with Wilson's intervals.
 *
 * @see Brown, Cai & DasGupta (2001), doi:10.1214/ss/1009213286
 */
function baseRatePrediction(baseRate: BaseRate, rows: number, levels: readonly number[]): Prediction {
  const { ones, customers: n } = baseRate;
  const bound = (level: number, sign: number) => {
    const z = normalQuantile(0.5 + level / 200);
    const centre = (ones + (z * z) / 2) / (n + z * z);
    const reach = (z / (n + z * z)) * Math.sqrt((ones * (n - ones)) / n + (z * z) / 4);
    return new Float64Array(rows).fill(Math.min(1, Math.max(0, centre + sign * reach)));
  };
  return {
    mean: new Float64Array(rows).fill((ones + 0.5) / (n + 1)),
    levels,
    lower: levels.map((level) => bound(level, -1)),
    upper: levels.map((level) => bound(level, 1)),
    note: { type: "base-rate", message: oneClass(baseRate) },
  };
}

type Columns = Readonly<Record<string, Float64Array>>;

/** The features by name, missing values replaced by the means. */
function filled(x: Columns, means: Readonly<Record<string, number>>): Columns {
  return Object.fromEntries(
    Object.entries(x).map(([name, values]) => {
      const mean = means[name] ?? NaN;
      return [name, values.map((value) => (Number.isNaN(value) ? mean : value))];
    }),
  );
}

/** The features of a model, from the rows that are to be scored. */
function features(data: Frame, means: Readonly<Record<string, number>>): Columns {
  return filled(Object.fromEntries(Object.keys(means).map((name) => [name, numeric(data, name)])), means);
}

/** The mean of each feature. @throws {RangeError} if a feature has no values */
function meansOf(x: Columns): Record<string, number> {
  return Object.fromEntries(Object.entries(x).map(([name, values]) => [name, mean(values, name)]));
}

function pick(x: Columns, rows: readonly number[]): Columns {
  return Object.fromEntries(
    Object.entries(x).map(([name, values]) => [name, Float64Array.from(rows, (row) => at(values, row))]),
  );
}

/** A column of numbers, or of booleans as 0 and 1; NaN for NULL. */
function numeric(data: Frame, name: string): Float64Array {
  const found = matchColumn(
    data.columns.map((column) => column.name),
    name,
  );
  const isBoolean = data.columns.some((column) => column.type === "boolean" && column.name === found);
  if (!isBoolean) return data.numbers(name);
  return Float64Array.from(data.booleans(name), (value) => (value === null ? NaN : Number(value)));
}

function mean(values: Float64Array, name: string): number {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) throw new RangeError(`feature ${name} has no values; leave it out`);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** By Fisher and Yates, the same for the same seed. */
function shuffle(rows: readonly number[], seed: number): number[] {
  const uniform = random(seed);
  const result = [...rows];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [result[i], result[j]] = [at(result, j), at(result, i)];
  }
  return result;
}
