import { rootsWithin } from "../stats/schur-cohn.ts";

/**
 * Returns true if smoothing parameters are admissible: old observations lose their weight in forecasts, which is so
 * where the roots of the model's characteristic polynomial lie inside the unit circle (a root on it, within 1e-9, is
 * allowed). Without a season these are intervals. An error changes the next level by alpha + phi · beta: beta enters
 * the polynomial damped.
 *
 * @param parameters - alpha, beta, gamma, phi
 * @param period - observations per season; 1 for no season
 * @param trend - whether the model has a slope; without, `beta` and `phi` are not looked at
 *
 * @see Hyndman, Akram & Archibald (2008), doi:10.1007/s10463-006-0109-x
 */
export function admissible(parameters: ArrayLike<number>, period: number, trend: boolean): boolean {
  const alpha = parameters[0]!;
  const beta = parameters[1]!;
  const gamma = parameters[2]!;
  const phi = parameters[3]!;
  if (!trend) {
    if (period <= 1) return alpha >= 0 && alpha <= 2;
    return gamma >= Math.max(0, -period * alpha) && gamma <= 2 - alpha && alpha >= -2 / (period - 1);
  }
  if (period <= 1)
    return (
      alpha >= 1 - 1 / phi &&
      alpha <= 1 + 1 / phi &&
      phi * beta >= alpha * (phi - 1) &&
      phi * beta <= (1 + phi) * (2 - alpha)
    );
  const middle = alpha + phi * beta - alpha * phi;
  const polynomial = new Float64Array(period + 2).fill(middle);
  polynomial[0] = phi * (1 - alpha - gamma);
  polynomial[1] = middle + gamma - 1;
  polynomial[period] = alpha + phi * beta - phi;
  polynomial[period + 1] = 1;
  return rootsWithin(polynomial, 1 + 1e-9);
}
