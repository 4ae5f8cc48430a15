import { random } from "../../packages/forecast/src/index.ts";

/** Draws of the paired bootstrap. */
const DRAWS = 1000;

/**
 * Returns the mean of paired differences with its 95 % interval under the bootstrap: series are drawn with replacement.
 */
export function meanDifference(differences: readonly number[]): {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
} {
  const n = differences.length;
  const next = random(20260101);
  const means = Float64Array.from({ length: DRAWS }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(next() * n)]!;
    return sum / n;
  }).sort();
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / n,
    lower: means[Math.floor(0.025 * DRAWS)]!,
    upper: means[Math.ceil(0.975 * DRAWS) - 1]!,
  };
}
