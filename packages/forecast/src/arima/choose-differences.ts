import { checkInteger } from "../model/options.ts";
import { firstDifferencesAtLevel } from "../tests/first-differences.ts";
import { seasonalDifferences } from "../tests/nsdiffs.ts";
import { differenced } from "./differencing.ts";
import { ordinaryLeastSquares } from "./likelihood/conditional.ts";

/** Options that decide the orders of differencing which are not stated. */
export interface DifferencingOptions {
  readonly d?: number;
  readonly D?: number;
  readonly maxD?: number;
  readonly maxSeasonalD?: number;
  readonly test?: "kpss" | "adf" | "pp";
  readonly seasonalTest?: "seas" | "ocsb";
}

/** Returns the orders of differencing, as they are stated or by the tests. */
export function chooseDifferences(
  series: Float64Array,
  period: number,
  stationary: boolean,
  { d, D, maxD = 2, maxSeasonalD = 1, test = "kpss", seasonalTest = "seas" }: DifferencingOptions,
): { d: number; D: number } {
  if (stationary) return { d: 0, D: 0 };
  const chosen = () =>
    everySeasonSeen(series, period) ? seasonalDifferences(series, period, maxSeasonalD, seasonalTest) : 0;
  let seasonalD = period === 1 ? 0 : (D ?? chosen());
  let remainder = differenced(series, { d: 0, D: seasonalD, period });
  if (D === undefined && seasonalD > 0 && remainder.every((value) => Number.isNaN(value))) {
    seasonalD = 0;
    remainder = series;
  }
  if (d !== undefined) return { d, D: seasonalD };
  checkInteger("maxD", maxD, 0);
  return { d: firstDifferencesAtLevel(remainder, maxD, test, seasonalD > 0), D: seasonalD };
}

/**
 * Returns true if every season has an observed value: no seasonal difference says what to expect of a season without
 * one.
 */
function everySeasonSeen(series: Float64Array, period: number): boolean {
  const phases = new Set<number>();
  for (let t = 0; t < series.length; t++) if (!Number.isNaN(series[t]!)) phases.add(t % period);
  return phases.size === period;
}

/** Returns what is left of a series after least squares on a constant and its regressors, where observed. */
export function withoutRegression(series: Float64Array, columns: readonly Float64Array[]): Float64Array {
  if (columns.length === 0) return series;
  const observed = [...series.keys()].filter((t) => !Number.isNaN(series[t]!));
  const one = new Float64Array(series.length).fill(1);
  const all = [series, one, ...columns];
  const beta = ordinaryLeastSquares(
    all.map((column) => Float64Array.from(observed, (t) => column[t]!)),
    observed.length,
  );
  return series.map((value, t) =>
    all.slice(1).reduce((remainder, column, j) => remainder - beta[j]! * column[t]!, value),
  );
}
