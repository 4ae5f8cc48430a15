/** Residuals of many series, each scaled to a mean square of 1, and the shrinkage of their correlations. */
export interface ScaledResiduals {
  /** One vector over the series for each time; 0 without a residual. */
  readonly scaled: readonly Float64Array[];
  /** Mean square of each series' residuals, in squared units of the data; NaN for a series without any. */
  readonly variances: Float64Array;
  /** Shrinkage intensity in [0, 1]: 0 leaves the correlations unchanged, 1 sets them to zero. */
  readonly shrinkage: number;
}

/**
 * Returns the shrinkage intensity of Schäfer & Strimmer for correlations, λ = Σ Var(r_ij) / Σ r_ij² over pairs of
 * series i ≠ j, clipped to [0, 1]. Residuals are taken about zero, as for unbiased forecasts: r_ij is the mean of x_ti
 * x_tj over the T times, and Var(r_ij) the variance of that mean. Both sums come from the T × T products of times, in
 * O(series × T²). The correlations are never formed.
 *
 * @param residuals - one vector over the series for each time, T ≥ 2; NaN (missing) counts as 0 in products
 * @throws {RangeError} if there are fewer than two times
 * @see Schäfer & Strimmer (2005), doi:10.2202/1544-6115.1175
 */
export function shrinkage(residuals: readonly Float64Array[]): ScaledResiduals {
  const times = residuals.length;
  if (times < 2) throw new RangeError(`there are residuals of ${times} times; shrinkage needs at least 2`);
  const series = residuals[0]!.length;
  const variances = meanSquares(residuals);
  const scale = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0));
  const scaled = residuals.map((at) => at.map((e, i) => (Number.isNaN(e) ? 0 : e * scale[i]!)));

  // Sums over all pairs, the diagonal included, less the diagonal's own.
  let correlations = 0;
  for (let s = 0; s < times; s++)
    for (let t = 0; t <= s; t++) {
      let product = 0;
      for (let i = 0; i < series; i++) product += scaled[s]![i]! * scaled[t]![i]!;
      correlations += (s === t ? 1 : 2) * (product / times) ** 2;
    }
  let fourth = 0;
  for (const at of scaled) fourth += at.reduce((sum, x) => sum + x * x, 0) ** 2 / times;
  for (let i = 0; i < series; i++) {
    let square = 0;
    for (const at of scaled) {
      square += at[i]! ** 2 / times;
      fourth -= at[i]! ** 4 / times;
    }
    correlations -= square * square;
  }
  // What rounding leaves of series that have nothing in common.
  const some = correlations > 1e-12 * series;
  const variance = (fourth - correlations) / (times - 1);
  return { scaled, variances, shrinkage: some ? Math.min(1, Math.max(0, variance / correlations)) : 1 };
}

function meanSquares(residuals: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(residuals[0]!.length);
  const counts = new Int32Array(sums.length);
  for (const at of residuals)
    for (let i = 0; i < sums.length; i++) {
      const e = at[i]!;
      if (Number.isNaN(e)) continue;
      sums[i]! += e * e;
      counts[i]!++;
    }
  return sums.map((sum, i) => sum / counts[i]!);
}
