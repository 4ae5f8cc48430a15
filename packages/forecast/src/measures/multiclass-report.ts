import type { Series } from "../time/series.ts";
import { auc, calibrationError } from "./classification.ts";

/** Measures of the probabilities of several classes. */
export interface MulticlassReport {
  /** Mean of -log of the probability of the actual class. */
  readonly logLoss: number;
  /** Share of rows whose most likely class is the actual class. */
  readonly accuracy: number;
  /** Mean of the areas of each class against all others, over the classes that some rows have and others do not. */
  readonly auc: number;
  /** Mean of the F1 of each class, over the classes that are actual or most likely in some row. */
  readonly f1: number;
  /** Mean of the sum over classes of the squared difference of probability and outcome, in [0, 2]. */
  readonly brier: number;
  /** Expected calibration error of the probability of the most likely class, over 10 bins. */
  readonly calibrationError: number;
}

/**
 * Returns measures of the probabilities of several classes. Among equal probabilities the first class counts as the
 * most likely. In `logLoss`, probabilities are kept 1e-15 away from 0.
 *
 * @param actual - the position of the actual class, an integer of at least 0; NaN (unknown) is left out
 * @param probabilities - for each class its probability in each row, in [0, 1], as long as `actual`
 * @returns NaN for a measure that the rows do not define
 * @throws {RangeError} if a length differs, there are fewer than 2 classes, or a value is not allowed
 * @see Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78(1)
 * @see Fawcett (2006), doi:10.1016/j.patrec.2005.10.010 (areas of one class against the others)
 * @see Guo et al. (2017), "On calibration of modern neural networks", Proceedings of Machine Learning Research 70
 */
export function multiclassReport(actual: Series, probabilities: readonly Series[]): MulticlassReport {
  const classes = probabilities.length;
  if (classes < 2) throw new RangeError(`there are probabilities of ${classes} classes; give those of at least 2`);
  for (const [k, column] of probabilities.entries()) checkProbabilities(column, k, actual.length);
  const rows: number[] = [];
  for (let t = 0; t < actual.length; t++) {
    const code = actual[t]!;
    if (Number.isNaN(code)) continue;
    if (!(Number.isInteger(code) && code >= 0 && code < classes))
      throw new RangeError(`the class at position ${t} is ${code}; it must be a whole number below ${classes}`);
    rows.push(t);
  }
  const likely = likeliest(probabilities);
  let [loss, hits, squares] = [0, 0, 0];
  for (const t of rows) {
    loss -= Math.log(Math.max(1e-15, probabilities[actual[t]!]![t]!));
    if (likely[t] === actual[t]) hits++;
    for (let k = 0; k < classes; k++) squares += (probabilities[k]![t]! - (actual[t] === k ? 1 : 0)) ** 2;
  }
  const byClass = probabilities.map((column, k) => {
    let [likelyRows, rightRows, actualRows] = [0, 0, 0];
    for (const t of rows) {
      if (likely[t] === k) likelyRows++;
      if (actual[t] === k) actualRows++;
      if (likely[t] === k && actual[t] === k) rightRows++;
    }
    const isClass = Float64Array.from(rows, (t) => (actual[t] === k ? 1 : 0));
    const scores = Float64Array.from(rows, (t) => column[t]!);
    return { area: auc(isClass, scores), f1: (2 * rightRows) / (likelyRows + actualRows) };
  });
  const isRight = Float64Array.from(rows, (t) => (likely[t] === actual[t] ? 1 : 0));
  const confidence = Float64Array.from(rows, (t) => probabilities[likely[t]!]![t]!);
  const n = rows.length;
  return {
    logLoss: loss / n,
    accuracy: hits / n,
    auc: meanOf(byClass.map(({ area }) => area)),
    f1: meanOf(byClass.map(({ f1 }) => f1)),
    brier: squares / n,
    calibrationError: calibrationError(isRight, confidence),
  };
}

/** Returns the position of the most likely class of each row; among equals the first. */
export function likeliest(probabilities: readonly Series[]): Uint32Array {
  const result = new Uint32Array(probabilities[0]?.length ?? 0);
  for (let t = 0; t < result.length; t++)
    for (let k = 1; k < probabilities.length; k++)
      if (probabilities[k]![t]! > probabilities[result[t]!]![t]!) result[t] = k;
  return result;
}

function checkProbabilities(column: Series, k: number, length: number): void {
  if (column.length !== length)
    throw new RangeError(
      `class ${k} has ${column.length} probabilities for ${length} outcomes; the lengths must agree`,
    );
  for (let t = 0; t < length; t++)
    if (!(column[t]! >= 0 && column[t]! <= 1))
      throw new RangeError(
        `the probability of class ${k} at position ${t} is ${column[t]}; it must be between 0 and 1`,
      );
}

/** Returns the mean of the values that are numbers. */
function meanOf(values: readonly number[]): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
