import { auc, brier, type LogisticModel, logistic, logLoss, probability, random } from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";
import { defineModel, type FitContext } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import type { CHURN, Exports } from "./options.ts";

/** The fitted model; `means` stand in for missing features. */
export type ChurnModel = {
  readonly kind: "churn";
  readonly formatVersion: 1;
  readonly logistic: LogisticModel;
  readonly means: Readonly<Record<string, number>>;
};

/**
 * A probability for each customer of a segment: logistic regression with a ridge penalty on feature columns, one row a
 * customer. Missing features count as the segment's mean. With a holdout, `holdout_log_loss`, `holdout_auc` and
 * `holdout_brier` are measured on rows drawn by the seed, by a fit to the others; then the model is fitted to all.
 *
 * A batch gives one probability per row of its input: FORECAST, STEP being the row's number in the order of `order_by`.
 */
export default defineModel({
  scores: "rows",
  fit({ data, exports, seed }: FitContext<object, Exports<typeof CHURN>>) {
    const { target, features, holdout, ridge = 1 } = exports;
    const outcome = numeric(data, target);
    const known = Array.from(outcome.keys()).filter((row) => !Number.isNaN(at(outcome, row)));
    const outcomes = (rows: readonly number[]) => Float64Array.from(rows, (row) => at(outcome, row));
    const means = Object.fromEntries(features.map((name) => [name, mean(numeric(data, name), name)]));
    const x = columns(data, means);
    const fit = (rows: readonly number[]) => logistic(pick(x, rows), outcomes(rows), { ridge });
    const measured = holdout > 0 && known.length >= 2 * holdout ? trial(known, holdout, seed) : undefined;
    const model: ChurnModel = { kind: "churn", formatVersion: 1, logistic: fit(known), means };
    const share = outcomes(known).reduce((sum, value) => sum + value, 0) / known.length;
    return {
      model,
      metrics: { customers: known.length, churn_rate: share, deviance: model.logistic.deviance, ...measured },
      info: { dropped: model.logistic.dropped },
    };

    /** The losses over rows that the fit has not seen; undefined where the others do not allow one. */
    function trial(rows: readonly number[], size: number, seed: number) {
      const shuffled = shuffle(rows, seed);
      const held = shuffled.slice(0, size);
      const actual = outcomes(held);
      try {
        const p = probability(fit(shuffled.slice(size)), pick(x, held));
        return {
          holdout_log_loss: logLoss(actual, p),
          holdout_auc: auc(actual, p),
          holdout_brier: brier(actual, p),
        };
      } catch (error) {
        if (error instanceof RangeError) return undefined;
        throw error;
      }
    }
  },
  predict: ({ model, data }) => ({ mean: probability(model.logistic, columns(data, model.means)) }),
});

type Columns = Readonly<Record<string, Float64Array>>;

/** The features by name, missing values replaced by the means. */
function columns(data: Frame, means: Readonly<Record<string, number>>): Columns {
  return Object.fromEntries(
    Object.entries(means).map(([name, mean]) => [
      name,
      numeric(data, name).map((value) => (Number.isNaN(value) ? mean : value)),
    ]),
  );
}

function pick(x: Columns, rows: readonly number[]): Columns {
  return Object.fromEntries(
    Object.entries(x).map(([name, values]) => [name, Float64Array.from(rows, (row) => at(values, row))]),
  );
}

/** A column of numbers, or of booleans as 0 and 1; NaN for NULL. */
function numeric(data: Frame, name: string): Float64Array {
  const boolean = data.columns.some((column) => column.type === "boolean" && column.name === name);
  if (!boolean) return data.numbers(name);
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
