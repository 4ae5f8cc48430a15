import { median } from "./calibration.ts";

/** How far recent observations are from those before. */
export interface DataShift {
  /** Difference of medians in robust standard deviations (1.4826 × median absolute deviation) of the history. */
  readonly level: number;
  /** Ratio of the two robust standard deviations. */
  readonly spread: number;
}

/** The fewest observations on either side. */
const FEWEST = 8;

/**
 * Compares the distribution of recent observations with the history's by median and median absolute deviation. Trend and
 * season count as shifts: it says that the data have moved, not that the model has failed.
 *
 * @param history - observations the model was trained on; NaN is left out
 * @param recent - observations since; NaN is left out
 * @returns NaN where there are fewer than 8 of either, or the history has no spread
 */
export function dataShift(history: Float64Array, recent: Float64Array): DataShift {
  const [before, after] = [robust(history), robust(recent)];
  if (before === undefined || after === undefined || before.deviation === 0) return { level: NaN, spread: NaN };
  return { level: (after.middle - before.middle) / before.deviation, spread: after.deviation / before.deviation };
}

function robust(values: Float64Array): { middle: number; deviation: number } | undefined {
  const seen = values.filter((value) => !Number.isNaN(value));
  if (seen.length < FEWEST) return undefined;
  const middle = median(seen);
  return { middle, deviation: 1.4826 * median(seen.map((value) => Math.abs(value - middle))) };
}
