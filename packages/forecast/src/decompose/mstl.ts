import { checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { interpolateSeasonal } from "./interpolate-seasonal.ts";
import { type StlOptions, stl } from "./stl.ts";

/** A series as several seasonal components + trend + remainder, each of its length. */
export interface MultipleDecomposition {
  /** The periods of the components, ascending, one for each of `seasonal`. */
  readonly periods: readonly number[];
  readonly seasonal: readonly Float64Array[];
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
}

/**
 * Decomposes a series by MSTL: STL for one or more seasonal periods. Each seasonal component is refined in turn, with
 * the others removed. The window of the i-th shortest period (i from 1) is 7 + 4 i seasons.
 *
 * Missing values are first filled by `interpolateSeasonal`, so the components add up to the filled series. A period of
 * which the series holds at most two seasons is left out.
 *
 * @param options.periods - observations per season, each at least 2; need not be whole
 * @param options.iterations - rounds over the periods; 2 by default, and 1 if there is one period
 * @param options.stl - options for every STL; `seasonalWindow` there replaces the rule above
 * @throws {RangeError} if a value is infinite, none is observed, or no period fits
 * @see Bandara, Hyndman & Bergmeir (2021), doi:10.48550/arXiv.2107.13462
 */
export function mstl(
  y: Series,
  options: { periods: readonly number[]; iterations?: number; stl?: Omit<StlOptions, "period"> },
): MultipleDecomposition {
  checkOptions("mstl", options, { periods: true, iterations: true, stl: true }, ["periods"]);
  const { stl: settings = {} } = options;
  const sortedPeriods = [...options.periods].sort((a, b) => a - b);
  const values = interpolateSeasonal(y, { period: sortedPeriods[0] ?? 1 });
  const n = values.length;
  const periods = sortedPeriods.filter((period) => n > 2 * period);
  if (periods.length === 0)
    throw new RangeError(
      `the series has ${n} values; none of the periods ${sortedPeriods.join(", ")} fits more than twice: use a shorter period`,
    );
  const rounds = periods.length === 1 ? 1 : (options.iterations ?? 2);
  const seasonal = periods.map(() => new Float64Array(n));
  const adjusted = Float64Array.from(values);
  let trend = new Float64Array(n);
  for (let round = 0; round < rounds; round++)
    periods.forEach((period, i) => {
      for (let t = 0; t < n; t++) adjusted[t]! += seasonal[i]![t]!;
      const fit = stl(adjusted, { seasonalWindow: 11 + 4 * i, ...settings, period });
      seasonal[i]!.set(fit.seasonal);
      trend = Float64Array.from(fit.trend);
      for (let t = 0; t < n; t++) adjusted[t]! -= seasonal[i]![t]!;
    });
  const remainder = new Float64Array(n);
  for (let t = 0; t < n; t++) remainder[t] = adjusted[t]! - trend[t]!;
  return { periods, seasonal, trend, remainder };
}
