import { at } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";

/** The mean absolute error that a partition's errors are compared with. */
export interface Scale {
  /** In the units of the data; NaN if there is none. */
  readonly value: number;
  /** `holdout`: what the holdout showed when the model was trained. */
  readonly of: "holdout" | "in-sample" | "naive" | null;
}

/**
 * Returns the scale of a partition's errors: its metric `holdout_mae`; without that its metric `mae` (in sample); without that
 * the mean absolute change from one observation of its history to the next (the error, in sample, of the naive method).
 */
export function scaleOf(row: PartitionOutcome, history: Float64Array): Scale {
  const metrics = row.metrics === null ? {} : (JSON.parse(row.metrics) as Record<string, number | null>);
  const choices: [NonNullable<Scale["of"]>, () => number][] = [
    ["holdout", () => metrics.holdout_mae ?? NaN],
    ["in-sample", () => metrics.mae ?? NaN],
    ["naive", () => naiveError(history)],
  ];
  for (const [of, value] of choices) {
    const result = value();
    if (result > 0 && Number.isFinite(result)) return { value: result, of };
  }
  return { value: NaN, of: null };
}

function naiveError(history: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let t = 1; t < history.length; t++) {
    const change = Math.abs(at(history, t) - at(history, t - 1));
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return sum / count;
}
