import { isConstant } from "../stats/constant.ts";
import { difference } from "../time/difference.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { adfPValue } from "./adf.ts";
import { kpssPValue } from "./kpss.ts";
import { observed } from "./observed.ts";
import { ppPValue } from "./pp.ts";

declare global {
  /**
   * True leaves the tests of differencing out that nobody asks for by default (adf, pp and ocsb). The compiler of table functions
   * replaces the expression `globalThis.MANYMODEL_DEFAULT_TESTS` for built-in models, which take the default ones.
   */
  var MANYMODEL_DEFAULT_TESTS: boolean | undefined;
}

/** A test by which a series is differenced. */
export type DifferenceTest = "kpss" | "adf" | "pp";

/**
 * Returns the number of first differences by a test around a level at 5 %. See `ndiffs`.
 *
 * @param differenced - whether the series is itself a (seasonal) difference, which is constant to less rounding
 */
export function firstDifferencesAtLevel(y: Series, maxD: number, test: DifferenceTest, differenced: boolean): number {
  const pValue = (values: Float64Array) => {
    if (globalThis.MANYMODEL_DEFAULT_TESTS === true || test === "kpss") return kpssPValue(values);
    if (values.length < 4) return NaN;
    return test === "adf" ? adfPValue(values) : ppPValue(values);
  };
  return firstDifferences(y, maxD, (values) => asksForDifference(test, pValue(values), 0.05), differenced);
}

/** Tells whether a p-value asks for another difference; undefined where the test could not be computed. */
export function asksForDifference(test: DifferenceTest, pValue: number, alpha: number): boolean | undefined {
  if (Number.isNaN(pValue)) return undefined;
  const level = Math.min(0.1, Math.max(0.01, alpha));
  return test === "kpss" ? pValue < level : pValue > level;
}

/** Differences the observed values of a series as long as `isNeeded`; one after which it cannot be told is taken back. */
export function firstDifferences(
  y: Series,
  maxD: number,
  isNeeded: (values: Float64Array) => boolean | undefined,
  differenced = false,
): number {
  if (checkSeries(toFloat64(y), 0) === 0) return 0;
  let values = observed(y, 1);
  for (let d = 0; d < maxD; d++) {
    if (isConstant(values, differenced || d > 0)) return d;
    const needed = isNeeded(values);
    if (needed === undefined) return Math.max(0, d - 1);
    if (!needed) return d;
    values = difference(values);
  }
  return maxD;
}
