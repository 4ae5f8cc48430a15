import { binomialTail } from "../stats/distribution.ts";

/**
 * Runs the exact binomial test of lost coverage: the probability of `misses` or more observations outside their
 * intervals, if the intervals cover at least `coverage`. If consecutive errors have correlation φ, the hits of
 * two-sided intervals have correlation at most φ². Counts are therefore divided by the factor that this adds to their
 * variance, (1 + φ²)/(1 - φ²).
 *
 * @param misses - observations outside
 * @param count - observations
 * @param coverage - in (0, 1)
 * @returns a p-value; NaN if `count` is 0
 */
export function coverageLoss(misses: number, count: number, coverage: number, correlation = 0): number {
  if (count === 0) return NaN;
  const square = correlation * correlation;
  const inflation = (1 + square) / (1 - square);
  return binomialTail(misses / inflation, count / inflation, 1 - coverage);
}

/**
 * Runs the exact binomial test of a share that has grown: the probability of `hits` or more in `count`, if hits are as
 * frequent as in the history. The history's share is (seen + 1)/(length + 2), so that a single first hit proves
 * nothing.
 *
 * @returns a p-value; NaN if `count` is 0
 */
export function growth(hits: number, count: number, history: { seen: number; length: number }): number {
  if (count === 0) return NaN;
  return binomialTail(hits, count, (history.seen + 1) / (history.length + 2));
}
