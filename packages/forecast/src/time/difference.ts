/**
 * Returns differences of a series at a lag: `y[t] - y[t - lag]`, shorter than `y` by `lag`; NaN where either value is missing.
 * Empty if the series is no longer than the lag.
 *
 * @param lag - 1 for the first difference, the period for the seasonal one
 */
export function difference(y: Float64Array, lag = 1): Float64Array {
  const changes = new Float64Array(Math.max(0, y.length - lag));
  for (let t = 0; t < changes.length; t++) changes[t] = y[t + lag]! - y[t]!;
  return changes;
}
