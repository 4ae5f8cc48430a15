import { checkOptions } from "../model/options.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { findSeasons } from "./find-seasons.ts";

/**
 * Returns the candidates, such as those of `calendarPeriods`, that are seasonal periods of a series. The shortest
 * candidate counts if its seasonal strength exceeds 0.4. For a longer candidate, the series is first averaged over the
 * seasons of the candidate before it, which removes that season. It counts if its strength in these means exceeds 0.64.
 *
 * On short series the test favours the shortest candidate: a series of more than one and at most two seasons always has
 * it. With seasons of 12, noise has it in 39 % of series of 3 seasons, 20 % of 4, 5 % of 6 and 1 % of 10 (300 simulated
 * each, both random walks and white noise). Methods that test their season themselves lose nothing by this, and a true
 * season is seldom missed.
 *
 * @param y - missing values (NaN) are interpolated linearly for the decomposition, and left out of the strength; those
 *   at both ends do not count
 * @param options.candidates - ascending, each at least 2; tested as the nearest whole numbers
 * @returns the candidates that count, in their order; none for a series without a value
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
