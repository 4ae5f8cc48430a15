import { checkInteger, checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { adf } from "./adf.ts";
import { asksForDifference, firstDifferences } from "./first-differences.ts";
import { kpss } from "./kpss.ts";
import { pp } from "./pp.ts";

/**
 * Returns the number of first differences that make a series stationary. The series is differenced until the test finds
 * it stationary, `maxD` is reached, or it is constant. A difference that leaves too few values to test, or a fit
 * without residuals, is undone.
 *
 * Missing values are dropped and the gaps closed before differencing. A constant series, or one of fewer than two
 * observed values, needs 0.
 *
 * @param options.test - `"kpss"` (default) differences when stationarity is rejected; `"adf"` and `"pp"` when a unit
 *   root is not rejected
 * @param options.alpha - level of the test, 0.05 by default; below 0.01 counts as 0.01 and above 0.1 as 0.1, where the
 *   tables end
 * @param options.maxD - most differences, 2 by default
 * @param options.type - deterministic part of the test, `"level"` (default) or `"trend"`
 * @throws {RangeError} if a value is infinite or an option is out of range
 * @see Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03
 */
export function ndiffs(
  y: Series,
  options: { test?: "kpss" | "adf" | "pp"; alpha?: number; maxD?: number; type?: "level" | "trend" } = {},
): number {
  checkOptions("ndiffs", options, { test: true, alpha: true, maxD: true, type: true });
  const { test = "kpss", alpha = 0.05, maxD = 2, type = "level" } = options;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}; it must be above 0 and below 1`);
  checkInteger("maxD", maxD, 0);
  const pValue = (values: Float64Array) => {
    if (test === "kpss") return kpss(values, { type }).pValue;
    if (values.length < 4) return NaN;
    return (test === "adf" ? adf(values, { type }) : pp(values, { type })).pValue;
  };
  return firstDifferences(y, maxD, (values) => asksForDifference(test, pValue(values), alpha));
}
