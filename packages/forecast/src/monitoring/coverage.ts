import { binomialTail } from "../stats/distribution.ts";

/**
 * Returns the exact binomial test of lost coverage: the probability of so many observations outside their intervals, or
 * more, if the intervals covered at least `coverage`. With errors of correlation φ from one to the next, the hits of
 * two-sided intervals are correlated by at most φ²; counts are divided by what that does to their variance, (1 + φ²)/(1
 * - φ²).
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
 * Returns the exact binomial test of a share that has grown: the probability of so many or more in `count`, if they
 * were as frequent as in the history, where the share is taken as (seen + 1)/(length + 2) so that one first case is no
 * proof.
 *
 * @returns a p-value; NaN if `count` is 0
 */
export function growth(hits: number, count: number, history: { seen: number; length: number }): number {
  if (count === 0) return NaN;
  return binomialTail(hits, count, (history.seen + 1) / (history.length + 2));
}
