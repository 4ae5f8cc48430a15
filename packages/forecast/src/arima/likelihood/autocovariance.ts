/**
 * Returns autocovariances γ(0..lags) of the process Σ φ-polynomial: u_t = Σ phi_i u_(t−i) + e_t with Var(e) = 1, by stepping
 * the polynomial down to its partial autocorrelations and building the covariances up again. O(p² + p·lags).
 *
 * @param phi - coefficients at lags 1..p (`phi[0]` at lag 1), a stationary polynomial
 * @param p - how many of them count
 * @param lags - highest lag wanted
 * @param out - receives lags + 1 values
 * @param scratch - at least p·(p + 1) values
 * @returns false if the polynomial is not stationary
 * @see Brockwell & Davis (1991), §8.2 (Durbin–Levinson), run in both directions
 */
export function autoregressiveCovariance(
  phi: Float64Array,
  p: number,
  lags: number,
  out: Float64Array,
  scratch: Float64Array,
): boolean {
  // Row k (from 0) of the triangle holds the coefficients of the best linear predictor from k + 1 past values.
  for (let i = 0; i < p; i++) scratch[(p - 1) * p + i] = phi[i]!;
  let variance = 1;
  for (let k = p - 1; k >= 0; k--) {
    const row = k * p;
    const r = scratch[row + k]!;
    const left = 1 - r * r;
    if (!(left > 0)) return false;
    variance /= left;
    const above = row - p;
    for (let i = 0; i < k; i++) scratch[above + i] = (scratch[row + i]! + r * scratch[row + k - 1 - i]!) / left;
  }
  out[0] = variance;
  let error = variance;
  const reach = Math.min(p, lags);
  for (let k = 0; k < reach; k++) {
    const r = scratch[k * p + k]!;
    let sum = r * error;
    if (k > 0) {
      const above = (k - 1) * p;
      for (let i = 0; i < k; i++) sum += scratch[above + i]! * out[k - i]!;
    }
    out[k + 1] = sum;
    error *= 1 - r * r;
  }
  for (let lag = p + 1; lag <= lags; lag++) {
    let sum = 0;
    for (let i = 0; i < p; i++) sum += phi[i]! * out[lag - 1 - i]!;
    out[lag] = sum;
  }
  return true;
}
