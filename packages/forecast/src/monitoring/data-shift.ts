import { type Robust, robust } from "../stats/median.ts";

/** The distance of recent observations from earlier ones. */
export interface DataShift {
  /** Difference of medians in robust standard deviations (1.4826 × median absolute deviation) of the history. */
  readonly level: number;
  /** Ratio of the robust standard deviations of the changes from one observation to the next. */
  readonly spread: number;
}

/** The fewest observations on either side. */
const FEWEST = 8;

/**
 * Compares recent observations with the history by median and median absolute deviation: the level by the values, the
 * spread by the changes from each observation to the next, because a short stretch of a series with a trend is never as
 * wide as the whole. A trend counts as a shift of level: it shows that the data have moved, not that the model has
 * failed.
 *
 * @param history - observations that the model was trained on, in time order; NaN is left out
 * @param recent - observations since then, in time order; NaN is left out
 * @returns NaN if either has fewer than 8 observations (for the spread: 8 changes), or the history has no spread
 */
export function dataShift(history: Float64Array, recent: Float64Array): DataShift {
  const [before, after] = [robustOf(history), robustOf(recent)];
  const [steady, restless] = [robustOf(changes(history)), robustOf(changes(recent))];
  const isSpread = (one: Robust | undefined): one is Robust => one !== undefined && one.deviation > 0;
  return {
    level: isSpread(before) && after !== undefined ? (after.middle - before.middle) / before.deviation : NaN,
    spread: isSpread(steady) && restless !== undefined ? restless.deviation / steady.deviation : NaN,
  };
}

function changes(values: Float64Array): Float64Array {
  return values.subarray(1).map((value, i) => value - values[i]!);
}

function robustOf(values: Float64Array): Robust | undefined {
  const observed = values.filter((value) => !Number.isNaN(value));
  return observed.length < FEWEST ? undefined : robust(observed);
}
