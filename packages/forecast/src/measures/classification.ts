import { checkInteger } from "../model/options.ts";
import type { Series } from "../time/series.ts";

/**
 * Returns the logarithmic loss: the mean of -log of the probability that was given to the outcome. 0 is best.
 * Probabilities are kept 1e-15 away from 0 and 1, so the loss is never infinite.
 *
 * @param actual - 0 or 1; NaN (unknown) is left out
 * @param probability - of 1, in [0, 1]
 * @returns NaN if no outcome is known
 * @throws {RangeError} if the lengths differ, an actual value is not 0 or 1, or a probability is not in [0, 1]
 */
export function logLoss(actual: Series, probability: Series): number {
  return average(actual, probability, (y, p) => -Math.log(Math.max(1e-15, y === 1 ? p : 1 - p)));
}

/**
 * Returns the Brier score: the mean squared difference of probability and outcome, in [0, 1]. Parameters and errors as
 * `logLoss`.
 *
 * @see Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78(1)
 */
export function brier(actual: Series, probability: Series): number {
  return average(actual, probability, (y, p) => (y - p) ** 2);
}

/**
 * Returns the area under the receiver operating characteristic curve: the probability that a random 1 has a higher
 * score than a random 0, ties counting a half (the Mann–Whitney statistic). O(n log n).
 *
 * @param actual - 0 or 1; NaN (unknown) is left out
 * @param score - numbers that grow with the probability of 1
 * @returns NaN if one of the classes is absent
 * @throws {RangeError} if the lengths differ, an actual value is not 0 or 1, or a score is NaN
 * @see Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747
 */
export function auc(actual: Series, score: Series): number {
  checkOutcomes(actual, score, -Infinity, Infinity);
  const order = Array.from(actual, (_, t) => t)
    .filter((t) => !Number.isNaN(actual[t]!))
    .sort((s, t) => (score[s]! < score[t]! ? -1 : score[s]! > score[t]! ? 1 : 0));
  let rankSum = 0;
  let ones = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && score[order[to]!] === score[order[from]!]) to++;
    for (let i = from; i < to; i++)
      if (actual[order[i]!] === 1) {
        ones++;
        rankSum += (from + 1 + to) / 2;
      }
    from = to;
  }
  const zeros = order.length - ones;
  return ones > 0 && zeros > 0 ? (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros) : NaN;
}

function average(actual: Series, probability: Series, loss: (y: number, p: number) => number): number {
  checkOutcomes(actual, probability, 0, 1);
  let sum = 0;
  let count = 0;
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]!)) continue;
    sum += loss(actual[t]!, probability[t]!);
    count++;
  }
  return sum / count;
}

/**
 * Returns the average precision: the area under the step curve of precision by recall. Tied scores are one step. O(n
 * log n).
 *
 * Parameters and errors as `auc`; NaN if there is no 1.
 */
export function averagePrecision(actual: Series, score: Series): number {
  checkOutcomes(actual, score, -Infinity, Infinity);
  const order = Array.from(actual, (_, t) => t)
    .filter((t) => !Number.isNaN(actual[t]!))
    .sort((s, t) => score[t]! - score[s]!);
  let [ones, sum] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let [to, hits] = [from, 0];
    while (to < order.length && score[order[to]!] === score[order[from]!]) hits += actual[order[to++]!]!;
    ones += hits;
    sum += hits * (ones / to);
    from = to;
  }
  return sum / ones;
}

/**
 * Returns the expected calibration error: the distance between the share of 1 and the mean probability in each of
 * several bins of equal width, averaged with the bins' numbers of rows as weights. Parameters and errors as `logLoss`.
 *
 * @param bins - default 10
 * @see Naeini, Cooper & Hauskrecht (2015), doi:10.1609/aaai.v29i1.9602
 */
export function calibrationError(actual: Series, probability: Series, bins = 10): number {
  checkInteger("bins", bins, 1);
  checkOutcomes(actual, probability, 0, 1);
  const excess = new Float64Array(bins);
  let count = 0;
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]!)) continue;
    excess[Math.min(bins - 1, Math.floor(probability[t]! * bins))]! += probability[t]! - actual[t]!;
    count++;
  }
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / count;
}

/** Checks outcomes and their scores. @throws {RangeError} if the lengths differ, or a value is not allowed */
export function checkOutcomes(actual: Series, score: Series, low: number, high: number): void {
  if (actual.length !== score.length)
    throw new RangeError(`${actual.length} outcomes but ${score.length} scores; the lengths must agree`);
  for (let t = 0; t < actual.length; t++) {
    const y = actual[t]!;
    if (y !== 0 && y !== 1 && !Number.isNaN(y))
      throw new RangeError(`the outcome at position ${t} is ${y}; it must be 0 or 1, NaN where not known`);
    if (!(score[t]! >= low && score[t]! <= high))
      throw new RangeError(`the score at position ${t} is ${score[t]}; it must be between ${low} and ${high}`);
  }
}
