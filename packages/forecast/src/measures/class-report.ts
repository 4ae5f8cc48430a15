import { checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { checkOutcomes } from "./classification.ts";

/** Measures of the classes that a threshold gives. A share is NaN if its denominator is 0. */
export interface ClassReport {
  /** The least probability of a row that counts as 1. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  /** Share of rows that are classified correctly. */
  readonly accuracy: number;
  /** Share of actual 1 among rows classified as 1. */
  readonly precision: number;
  /** Share of rows classified as 1 among actual 1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
}

/**
 * Returns the confusion matrix of probabilities at a threshold, with accuracy, precision, recall and F1.
 *
 * @param actual - 0 or 1; NaN (unknown) is left out
 * @param probability - of 1, in [0, 1]
 * @param options.threshold - default 0.5
 * @throws {RangeError} if the lengths differ, or a value is not allowed
 */
export function classReport(actual: Series, probability: Series, options: { threshold?: number } = {}): ClassReport {
  checkOptions("classReport", options, { threshold: true });
  const { threshold = 0.5 } = options;
  if (!(threshold >= 0 && threshold <= 1))
    throw new RangeError(`threshold is ${threshold}; it must be between 0 and 1`);
  checkOutcomes(actual, probability, 0, 1);
  const counts = [0, 0, 0, 0];
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]!)) continue;
    counts[2 * actual[t]! + (probability[t]! >= threshold ? 1 : 0)]! += 1;
  }
  const [trueNegatives = 0, falsePositives = 0, falseNegatives = 0, truePositives = 0] = counts;
  const right = truePositives + trueNegatives;
  return {
    threshold,
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    accuracy: right / (right + falsePositives + falseNegatives),
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / (truePositives + falseNegatives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
  };
}

/** Costs of a wrong class, at least 0. */
export interface ClassCosts {
  /** Cost of an actual 0 that is classified as 1. */
  readonly falsePositive: number;
  /** Cost of an actual 1 that is classified as 0. */
  readonly falseNegative: number;
}

/**
 * Returns the threshold of least cost on these rows: a row counts as 1 if its probability is at or above it. Candidates
 * are the rows' probabilities and 1. Among equal costs it is the one nearest to the threshold for correct
 * probabilities, falsePositive / (falsePositive + falseNegative). O(n log n).
 *
 * @param actual - 0 or 1; NaN (unknown) is left out
 * @param probability - probability of 1, in [0, 1], by fits that have not seen these rows
 * @returns the threshold for correct probabilities if no outcome is known
 * @throws {RangeError} if the lengths differ, a value is not allowed, a cost is negative, or both are 0
 * @see Elkan (2001), "The foundations of cost-sensitive learning", Proceedings of IJCAI 17
 */
export function leastCostThreshold(actual: Series, probability: Series, costs: ClassCosts): number {
  checkOptions("leastCostThreshold", costs, { falsePositive: true, falseNegative: true });
  const { falsePositive, falseNegative } = costs;
  const total = falsePositive + falseNegative;
  if (!(falsePositive >= 0 && falseNegative >= 0 && total > 0 && total < Infinity))
    throw new RangeError(
      `the costs are ${falsePositive} and ${falseNegative}; they must be finite, at least 0, and not both 0`,
    );
  checkOutcomes(actual, probability, 0, 1);
  const right = falsePositive / total;
  const order = Array.from(actual, (_, t) => t)
    .filter((t) => !Number.isNaN(actual[t]!))
    .sort((s, t) => probability[t]! - probability[s]!);
  // From the threshold 1, which no row reaches, down: each row that is reached is told to be 1.
  let cost = order.reduce((sum, t) => sum + falseNegative * actual[t]!, 0);
  let best = { threshold: order.length === 0 ? right : 1, cost };
  for (const [i, t] of order.entries()) {
    cost += actual[t] === 1 ? -falseNegative : falsePositive;
    const threshold = probability[t]!;
    if (i + 1 < order.length && probability[order[i + 1]!] === threshold) continue;
    const isNearer = cost === best.cost && Math.abs(threshold - right) < Math.abs(best.threshold - right);
    if (cost < best.cost || isNearer) best = { threshold, cost };
  }
  return best.threshold;
}
