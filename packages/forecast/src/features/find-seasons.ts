import { strengthsOfFilled } from "../tests/seasonal-strength.ts";
import { interpolate } from "../time/series.ts";

/** The strength above which the shortest candidate counts. */
const SHORTEST = 0.4;
/** That of a longer one: customary for a season that needs a difference (see `nsdiffs`). */
const LONGER = 0.64;

/**
 * Finds the seasonal periods of a series as `seasonalPeriods` does, but without checking its arguments. It is for small
 * programs that have checked them already.
 *
 * @param y - finite values, NaN where missing
 * @param candidates - ascending, each finite and at least 2
 * @returns the candidates that count, in their order; none for a series without a value
 */
export function findSeasons(y: Float64Array, candidates: readonly number[]): number[] {
  const isObserved = (value: number) => !Number.isNaN(value);
  const values = y.subarray(Math.max(0, y.findIndex(isObserved)), y.findLastIndex(isObserved) + 1);
  const [shortest, ...longer] = candidates;
  if (shortest === undefined) return [];
  const periods = hasShortest(values, Math.round(shortest)) ? [shortest] : [];
  let before = Math.round(shortest);
  for (const period of longer) {
    const seasons = blockMeans(values, before);
    if (hasSeason(seasons, Math.round(period / before), LONGER)) periods.push(period);
    before = Math.round(period);
  }
  return periods;
}

function hasShortest(y: Float64Array, period: number): boolean {
  return y.length <= 2 * period ? y.length > period : hasSeason(y, period, SHORTEST);
}

/** Tells whether a period that fits more than twice into the series is stronger than the limit. */
function hasSeason(y: Float64Array, period: number, limit: number): boolean {
  if (period < 2 || y.length <= 2 * period || y.every(Number.isNaN)) return false;
  return strengthsOfFilled(y, interpolate(y), period).seasonal > limit;
}

/** Returns the mean of each whole block of `size` values, NaN where none is observed. */
function blockMeans(y: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(y.length / size) }, (_, block) => {
    const observed = y.subarray(block * size, (block + 1) * size).filter((value) => !Number.isNaN(value));
    return observed.reduce((sum, value) => sum + value, 0) / observed.length;
  });
}
