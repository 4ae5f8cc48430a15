import { acf } from "../stats/autocorrelation.ts";
import { normalQuantile } from "../stats/distribution.ts";

/** A series without its seasonality, and the indices it was divided by, from time 0 on; none if it has no seasonality. */
export interface SeasonalAdjustment {
  readonly adjusted: Float64Array;
  readonly indices: readonly number[];
}

/**
 * The seasonal adjustment of the theta method: if the autocorrelation at the seasonal lag is significant at 10 %, the
 * series is divided by the indices of a multiplicative classical decomposition. A series with a negative value, or not
 * longer than two seasons, or whose indices come below 0.01, is left as it is.
 *
 * @param y - no value may be missing
 * @see Assimakopoulos & Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2
 */
export function adjustSeasonally(y: Float64Array, period: number): SeasonalAdjustment {
  const none = { adjusted: y, indices: [] };
  if (period < 2 || y.length <= 2 * period || !y.every((value) => value >= 0)) return none;
  const rho = acf(y, { maxLag: period });
  let squares = 0;
  for (let lag = 1; lag < period; lag++) squares += rho[lag]! * rho[lag]!;
  const limit = normalQuantile(0.95) * Math.sqrt((1 + 2 * squares) / y.length);
  if (!(Math.abs(rho[period]!) > limit)) return none;
  const indices = multiplicativeIndices(y, period);
  if (!indices.every((index) => index >= 0.01)) return none;
  return { adjusted: y.map((value, t) => value / indices[t % period]!), indices };
}

/** Mean ratio of each phase to a centred moving average over one season, scaled to a mean of 1. */
function multiplicativeIndices(y: Float64Array, period: number): number[] {
  const half = period >> 1;
  const even = period % 2 === 0;
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let t = half; t < y.length - half; t++) {
    let sum = 0;
    for (let u = t - half; u <= t + half; u++) sum += y[u]!;
    if (even) sum -= (y[t - half]! + y[t + half]!) / 2;
    if (!(sum > 0)) continue;
    sums[t % period]! += (y[t]! * period) / sum;
    counts[t % period]!++;
  }
  const means = Array.from(sums, (sum, phase) => sum / counts[phase]!);
  const overall = means.reduce((sum, value) => sum + value, 0) / period;
  return means.map((value) => value / overall);
}
