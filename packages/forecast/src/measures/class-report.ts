import { checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { checkOutcomes } from "./classification.ts";

/** Measures of the classes that a threshold gives. Shares are NaN where nothing is counted below the line. */
export interface ClassReport {
  /** From which probability on a row counts as 1. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  /** Share of rows that are told right. */
  readonly accuracy: number;
  /** Of those told to be 1, the share that is. */
  readonly precision: number;
  /** Of those that are 1, the share that is told. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
}

/**
 * Confusion matrix of probabilities at a threshold, with accuracy, precision, recall and F1.
 *
 * @param actual - 0 or 1 each; NaN (not known) is left out
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
