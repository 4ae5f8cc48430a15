import { checkOptions } from "../model/options.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { findSeasons } from "./find-seasons.ts";

/**
 * Returns the seasonal periods that a series has, of candidates such as those of `calendarPeriods`. The shortest
 * candidate counts if its seasonal strength exceeds 0.4. A longer one is looked for in the means of successive seasons
 * of the candidate before it, which have no such season left, and counts if its strength there exceeds 0.64.
 *
 * The test leans to the shortest candidate where a series is too short to tell: one of more than one season, and at most
 * two, has it. Noise without any season has it in 39 % of series of 3 seasons of 12, 20 % of 4, 5 % of 6 and 1 % of 10
 * (300 simulated each, random walks as well as white noise): methods that test their season themselves lose nothing by
 * that, and a season that is there is seldom missed.
 *
 * @param y - missing values (NaN) are joined linearly for the decomposition, and left out of the strength; those at both ends
 *   do not count
 * @param options.candidates - ascending, each at least 2; tested as the nearest whole numbers
 * @returns those that count, in their order; none of a series without a value
 * @throws {RangeError} if a value is infinite, or a candidate is not allowed
 * @see Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x
 */
export function seasonalPeriods(y: Series, options: { candidates: readonly number[] }): number[] {
  checkOptions("seasonalPeriods", options, { candidates: true }, ["candidates"]);
  const { candidates } = options;
  for (const [i, period] of candidates.entries())
    if (!(period >= 2 && period < Infinity && period > (candidates[i - 1] ?? 0)))
      throw new RangeError(`candidate period ${period} is not allowed; give ascending finite numbers of at least 2`);
  const all = toFloat64(y);
  checkSeries(all, 0);
  return findSeasons(all, candidates);
}
