import { checkOptions } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { difference } from "../time/difference.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { adf } from "./adf.ts";
import { kpss } from "./kpss.ts";
import { observed } from "./observed.ts";
import { pp } from "./pp.ts";

/**
 * The number of first differences that make a series stationary: it is differenced until the test no longer asks for
 * it, `maxD` is reached or it is constant. A difference that leaves too few values to test, or a fit without residuals,
 * is taken back.
 *
 * Missing values are dropped and the gap closed, before differencing. A constant series, and one of fewer than two
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
  if (!Number.isSafeInteger(maxD) || maxD < 0)
    throw new RangeError(`maxD is ${maxD}; it must be an integer of at least 0`);
  if (checkSeries(toFloat64(y), 0) === 0) return 0;
  const level = Math.min(0.1, Math.max(0.01, alpha));
  let values = observed(y, 1);
  for (let d = 0; d < maxD; d++) {
    if (isConstant(values)) return d;
    const p = pValue(values, test, type);
    if (Number.isNaN(p)) return Math.max(0, d - 1);
    if (test === "kpss" ? p >= level : p <= level) return d;
    values = difference(values);
  }
  return maxD;
}

/** NaN where the test cannot be computed. */
function pValue(y: Float64Array, test: "kpss" | "adf" | "pp", type: "level" | "trend"): number {
  if (test === "kpss") return kpss(y, { type }).pValue;
  if (y.length < 4) return NaN;
  return (test === "adf" ? adf(y, { type }) : pp(y, { type })).pValue;
}
