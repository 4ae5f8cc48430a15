import { acf } from "../stats/autocorrelation.ts";
import { normalQuantile } from "../stats/distribution.ts";

/** The chance that seasons without any order count as alternating. */
const SIGNIFICANCE = 0.01;
/** Fewer seasons do not tell. */
const LEAST_SEASONS = 26;

/**
 * Tells whether successive seasons alternate, as weeks with and without a promotion do: a series then has a second season,
 * twice as long, though its phase may move.
 *
 * The test is on the changes of the seasons' means. Their autocorrelation at lag 1 is −½ if the means are white noise, and
 * above where they move slowly. Below −½ − z₀.₉₉ / √(2 n) seasons alternate: 1 / (2 n) is the variance of that autocorrelation,
 * for n changes of white noise, by Bartlett's formula.
 *
 * @param y - observations; missing ones are left out of the means
 * @param period - observations per season, an integer of at least 2
 * @returns false where fewer than 26 seasons are there, or one has no value
 * @see Bartlett (1946), "On the theoretical specification and sampling properties of autocorrelated time-series", Supplement
 *   to the Journal of the Royal Statistical Society 8(1), 27–41
 */
export function seasonsAlternate(y: Float64Array, period: number): boolean {
  const count = Math.floor(y.length / period);
  if (period < 2 || count < LEAST_SEASONS) return false;
  const first = y.length - count * period;
  const means = Float64Array.from({ length: count }, (_, season) => {
    const from = first + season * period;
    const observed = y.subarray(from, from + period).filter((value) => !Number.isNaN(value));
    return observed.reduce((sum, value) => sum + value, 0) / observed.length;
  });
  if (means.some(Number.isNaN)) return false;
  const changes = means.subarray(1).map((value, season) => value - means[season]!);
  const rho = acf(changes, { maxLag: 1 })[1]!;
  return rho < -0.5 - normalQuantile(1 - SIGNIFICANCE) / Math.sqrt(2 * changes.length);
}
