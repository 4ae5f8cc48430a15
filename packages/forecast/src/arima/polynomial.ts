/**
 * The four lag polynomials of a seasonal ARMA model, as coefficients at lags 1, 2, … (`ar`, `ma`) and at lags
 * period, 2·period, … (`sar`, `sma`): (1 − Σ ar_i B^i)(1 − Σ sar_i B^(im)) w_t = (1 + Σ ma_j B^j)(1 + Σ sma_j B^(jm)) e_t.
 */
export interface Arma {
  readonly ar: Float64Array;
  readonly ma: Float64Array;
  readonly sar: Float64Array;
  readonly sma: Float64Array;
  /** Observations per season, at least 1. */
  readonly period: number;
}

/** Number of coefficients of each polynomial. */
export interface ArmaOrder {
  readonly p: number;
  readonly q: number;
  readonly P: number;
  readonly Q: number;
  readonly period: number;
}

/** Returns an ARMA model with every coefficient zero. */
export function zeroArma({ p, q, P, Q, period }: ArmaOrder): Arma {
  return {
    ar: new Float64Array(p),
    ma: new Float64Array(q),
    sar: new Float64Array(P),
    sma: new Float64Array(Q),
    period,
  };
}

/** Returns the number of coefficients of each polynomial of a model. */
export function orderOf({ ar, ma, sar, sma, period }: Arma): ArmaOrder {
  return { p: ar.length, q: ma.length, P: sar.length, Q: sma.length, period };
}

/** Copies coefficients in the order ar, ma, sar, sma out of a vector into the polynomials. */
export function setArma({ ar, ma, sar, sma }: Arma, x: Float64Array): void {
  let i = 0;
  for (let j = 0; j < ar.length; j++) ar[j] = x[i++]!;
  for (let j = 0; j < ma.length; j++) ma[j] = x[i++]!;
  for (let j = 0; j < sar.length; j++) sar[j] = x[i++]!;
  for (let j = 0; j < sma.length; j++) sma[j] = x[i++]!;
}

/** Returns the coefficients of the polynomials as one vector, in the order ar, ma, sar, sma. */
export function armaVector(arma: Arma): Float64Array {
  return Float64Array.of(...arma.ar, ...arma.ma, ...arma.sar, ...arma.sma);
}

/** Returns lags reached by the autoregressive and by the moving-average side, seasonal part included. */
export function armaReach({ ar, ma, sar, sma, period }: Arma): { p: number; q: number; k: number } {
  const p = ar.length + period * sar.length;
  const q = ma.length + period * sma.length;
  return { p, q, k: Math.max(p, q) };
}

/**
 * Multiplies a polynomial by its seasonal one: 1 + sign·Σ out_i B^i = (1 + sign·Σ a_i B^i)(1 + sign·Σ s_i B^(im)).
 * Writes lags 1, 2, … to `out[0]`, `out[1]`, …, which must be at least as long as the product's degree.
 */
export function multiply(a: Float64Array, s: Float64Array, period: number, sign: 1 | -1, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < a.length; i++) out[i] = a[i]!;
  for (let j = 0; j < s.length; j++) {
    const at = (j + 1) * period - 1;
    out[at]! += s[j]!;
    for (let i = 0; i < a.length; i++) out[at + i + 1]! += sign * a[i]! * s[j]!;
  }
}

/**
 * Computes the partial autocorrelations of the polynomial 1 − Σ a_i B^i, by the Durbin–Levinson
 * recursion run backwards. They are all in (−1, 1) if and only if the polynomial is stationary.
 *
 * @see Jones (1980), doi:10.1080/00401706.1980.10486159; Monahan (1984), doi:10.1093/biomet/71.2.403
 *
 * @returns false if the polynomial is not stationary (a value outside (−1, 1) appears); `out` is then incomplete
 */
export function toPartial(a: Float64Array, out: Float64Array): boolean {
  out.set(a);
  return stepDown(out, a.length);
}

/** Replaces the first n values, coefficients, by the partial autocorrelations; false if one is outside (−1, 1). */
function stepDown(out: Float64Array, n: number): boolean {
  for (let k = n - 1; k >= 0; k--) {
    const r = out[k]!;
    if (!(Math.abs(r) < 1)) return false;
    const scale = 1 / (1 - r * r);
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const low = out[i]!;
      const high = out[j]!;
      out[i] = (low + r * high) * scale;
      if (i !== j) out[j] = (high + r * low) * scale;
    }
  }
  return true;
}

/**
 * Returns true if every root of the four polynomials, in B, is farther from zero than `limit` (≥ 1): with 1, stationary
 * and invertible; a little above 1, safely so. Found by stepping the scaled polynomials down, without computing roots.
 */
export function rootsBeyond(arma: Arma, limit: number): boolean {
  const { ar, ma, sar, sma, period } = arma;
  return (
    stable(ar, 1, limit) && stable(sar, 1, limit ** period) && stable(ma, -1, limit) && stable(sma, -1, limit ** period)
  );
}

function stable(a: Float64Array, sign: 1 | -1, limit: number): boolean {
  const n = a.length;
  if (n === 0) return true;
  if (n === 1) return Math.abs(a[0]!) * limit < 1;
  const scaled = new Float64Array(n);
  let scale: number = sign;
  for (let i = 0; i < n; i++) scaled[i] = a[i]! * (scale *= limit);
  return stepDown(scaled, n);
}
