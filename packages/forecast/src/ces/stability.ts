import { rootsWithin } from "../stats/schur-cohn.ts";
import type { CesSeasonality } from "./ces-model.ts";

/**
 * Returns the trace and determinant of the discount matrix of a complex smoothing parameter, whose powers weigh old
 * errors.
 */
function discount(real: number, imaginary: number): { trace: number; determinant: number } {
  const keep = 1 - real;
  const trace = 2 * keep + imaginary;
  return { trace, determinant: keep * keep + keep - imaginary + imaginary * imaginary };
}

/**
 * Returns whether the eigenvalues of the transition of a complex smoothing parameter lie on the unit disk, or, of two real ones,
 * the greater between 1 and `growth`.
 */
function transitionWithin(growth: number, real: number, imaginary: number): boolean {
  const trace = 2 - real;
  const determinant = trace - imaginary;
  return determinant <= 1 && 1 + trace + determinant >= 0 && growth * (growth - trace) + determinant >= 0;
}

/**
 * Returns whether forecasts keep the size of the states: free-running states grow by at most a factor of `growth` a step. A growth
 * of 1 is the published stationarity condition, 1 - α₁ ≥ 0, α₀ + α₁ ≥ 1 and 5 - 2α₀ - α₁ ≥ 0. A season moves once a
 * period.
 *
 * @param x - alpha and beta after each other
 * @see Svetunkov, Kourentzes & Ord (2022), doi:10.1002/nav.22074
 */
export function keepsSize(seasonality: CesSeasonality, x: ArrayLike<number>, period: number, growth: number): boolean {
  const seasonGrowth = growth ** period;
  if (!transitionWithin(seasonality === "simple" ? seasonGrowth : growth, x[0]!, x[1]!)) return false;
  return seasonality !== "full" || transitionWithin(seasonGrowth, x[2]!, x[3]!);
}

/**
 * Returns true if smoothing parameters are stable: old observations lose their weight in forecasts, which is so where
 * the eigenvalues of the discount matrix lie inside the unit circle. Without a season, or with a simple one, these are
 * Jury's conditions of a 2 × 2 matrix; otherwise the roots of the moving-average polynomial that the two parts share
 * are tested.
 *
 * @param x - alpha and beta after each other
 * @see Svetunkov, Kourentzes & Ord (2022), doi:10.1002/nav.22074
 */
export function stable(seasonality: CesSeasonality, x: ArrayLike<number>, period: number): boolean {
  const { trace, determinant } = discount(x[0]!, x[1]!);
  if (seasonality === "none" || seasonality === "simple")
    return Math.abs(determinant) < 1 && Math.abs(trace) < 1 + determinant;
  // Errors are the series filtered by AR(B) / MA(B), where AR = D(B) S(B^m) of the level's and the season's transitions
  // and MA = T(B) S(B^m) + D(B) (U(B^m) − S(B^m)) with their discounted ones.
  const transition = [1, x[0]! - 2, 2 - x[0]! - x[1]!];
  const level = [1, -trace, determinant];
  const partial = seasonality === "partial";
  const season = partial ? [1, -1] : [1, x[2]! - 2, 2 - x[2]! - x[3]!];
  const seasonal = partial ? { trace: 0, determinant: 0 } : discount(x[2]!, x[3]!);
  const gain = partial ? [0, x[2]!] : [0, -seasonal.trace - season[1]!, seasonal.determinant - season[2]!];
  const degree = 2 + period * (season.length - 1);
  const polynomial = new Float64Array(degree + 1);
  for (let j = 0; j < season.length; j++)
    for (let i = 0; i <= 2; i++)
      polynomial[degree - i - j * period]! += level[i]! * season[j]! + transition[i]! * gain[j]!;
  return rootsWithin(polynomial, 1);
}
