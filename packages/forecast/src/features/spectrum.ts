import { checkSeries, interpolate, type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the periodogram: |Σ (y_t - mean) e^{-iωt}|² / n at the frequencies k / N, k = 1 … N/2, N the next power of
 * two (the series is padded with zeros). By the radix-2 fast Fourier transform.
 *
 * @param y - no value missing
 */
export function periodogram(y: Float64Array): Float64Array {
  const n = y.length;
  let size = 2;
  while (size < n) size *= 2;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  const bits = Math.log2(size);
  for (let t = 0; t < n; t++) {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) if (t & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
    re[reversed] = y[t]! - mean;
  }
  for (let half = 1; half < size; half *= 2)
    for (let j = 0; j < half; j++) {
      const c = Math.cos((Math.PI * j) / half);
      const s = -Math.sin((Math.PI * j) / half);
      for (let a = j; a < size; a += 2 * half) {
        const b = a + half;
        const x = c * re[b]! - s * im[b]!;
        const z = c * im[b]! + s * re[b]!;
        re[b] = re[a]! - x;
        im[b] = im[a]! - z;
        re[a]! += x;
        im[a]! += z;
      }
    }
  return Float64Array.from({ length: size / 2 }, (_, k) => (re[k + 1]! ** 2 + im[k + 1]! ** 2) / n);
}

/**
 * Returns the spectral entropy: the Shannon entropy of the periodogram as a distribution, over the log of its length;
 * near 0 for a pure wave, near 1 for noise. Missing values are interpolated linearly. R's `tsfeatures` first smooths
 * the spectrum by an autoregression; this function does not.
 *
 * @returns in [0, 1]; NaN for a constant series or one of fewer than 4 values
 * @throws {RangeError} if a value is infinite or none is observed
 */
export function spectralEntropy(y: Series): number {
  const values = toFloat64(y);
  checkSeries(values);
  if (values.length < 4) return NaN;
  const power = periodogram(interpolate(values));
  const total = power.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return NaN;
  let entropy = 0;
  for (const value of power) if (value > 0) entropy -= (value / total) * Math.log(value / total);
  return entropy / Math.log(power.length);
}
