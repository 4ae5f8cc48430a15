import { checkInteger, checkOptions } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { difference } from "../time/difference.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { hasSeasonalRoot } from "./ocsb.ts";
import { strengths } from "./seasonal-strength.ts";

/** A test by which a series is differenced at its season. */
export type SeasonalTest = "seas" | "ocsb";

/**
 * Returns the number of seasonal differences that a series needs. The series is differenced until the test finds no
 * seasonal unit root, `maxD` is reached, the series is constant, or it has too few seasons to test.
 *
 * Missing values: as in `seasonalStrength` (filled) and `ocsb`. A difference with a missing value is missing. A
 * constant series, one of fewer than two observed values, and one without a season (period 1) need 0.
 *
 * @param options.period - observations per season
 * @param options.test - `"seas"` (default): the seasonal strength exceeds 0.64; `"ocsb"`: a seasonal unit root is not
 *   rejected at 5 %
 * @param options.maxD - most seasonal differences, 1 by default
 * @throws {RangeError} if a value is infinite or an option is out of range
 * @see Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03; Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x
 */
export function nsdiffs(y: Series, options: { period: number; test?: "seas" | "ocsb"; maxD?: number }): number {
  checkOptions("nsdiffs", options, { period: true, test: true, maxD: true }, ["period"]);
  const { period, test = "seas", maxD = 1 } = options;
  checkPeriod(period);
  return seasonalDifferences(toFloat64(y), period, maxD, test);
}

/** Returns `nsdiffs` of a checked period. */
export function seasonalDifferences(y: Float64Array, period: number, maxD: number, test: SeasonalTest): number {
  checkInteger("maxD", maxD, 0);
  let values = y;
  if (checkSeries(values, 0) < 2 || period === 1) return 0;
  for (let D = 0; D < maxD; D++) {
    if (isConstant(values, D > 0) || values.length <= period || !needed(values, period, test)) return D;
    values = difference(values, period);
  }
  return maxD;
}

function needed(y: Float64Array, period: number, test: SeasonalTest): boolean {
  return globalThis.MANYMODEL_DEFAULT_TESTS === true || test === "seas"
    ? strengths(y, period).seasonal > 0.64
    : hasSeasonalRoot(y, period);
}
