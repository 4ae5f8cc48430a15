import { type Arma, armaReach, multiply } from "../polynomial.ts";
import { autoregressiveCovariance } from "./autocovariance.ts";

/**
 * Effect of the time before a sample on an ARMA process, as a state of k = max(p, q) forcings: nu_a is the part of w_a,
 * a = 1..k, that values and errors at times ≤ 0 determine. One step moves it by nu_a ← nu_(a+1) + phi_a nu_1 + (phi_a +
 * theta_a) e, and w = nu_1 + e.
 */
export interface Presample {
  /** Lags of the multiplied-out autoregressive side, of the moving-average side, and the larger of the two. */
  p: number;
  q: number;
  k: number;
  /** Coefficients of the multiplied-out sides, zero beyond their lags; at least k long. */
  phi: Float64Array;
  theta: Float64Array;
  /** Cov(nu_1, nu_c) / sigma², c = 1..k, then a zero: what every other covariance of nu follows from. */
  row: Float64Array;
  scratch: Float64Array;
  gamma: Float64Array;
  gammaNext: Float64Array;
  psi: Float64Array;
}

/** Returns buffers for polynomials that reach at most `reach` lags on either side. */
export function createPresample(reach: number): Presample {
  return {
    p: 0,
    q: 0,
    k: 0,
    phi: new Float64Array(reach + 1),
    theta: new Float64Array(reach + 1),
    row: new Float64Array(reach + 2),
    scratch: new Float64Array(reach * (reach + 1) + 1),
    gamma: new Float64Array(3 * reach + 2),
    gammaNext: new Float64Array(3 * reach + 2),
    psi: new Float64Array(reach + 2),
  };
}

/**
 * Multiplies an ARMA model out and computes the first row of the covariance of its presample forcings.
 *
 * @returns false if the model is not stationary
 */
export function fillPresample(arma: Arma, pre: Presample): boolean {
  const { p, q, k } = armaReach(arma);
  const { period } = arma;
  pre.p = p;
  pre.q = q;
  pre.k = k;
  const { phi, theta, row, psi } = pre;
  multiply(arma.ar, arma.sar, period, -1, phi);
  multiply(arma.ma, arma.sma, period, 1, theta);
  row.fill(0);
  if (k === 0) return true;
  psi[0] = 1;
  for (let t = 1; t <= q; t++) {
    let sum = theta[t - 1]!;
    const reach = Math.min(t, p);
    for (let i = 1; i <= reach; i++) sum += phi[i - 1]! * psi[t - i]!;
    psi[t] = sum;
  }
  for (let j = 1; j <= q; j++) {
    const value = theta[j - 1]!;
    if (value !== 0) for (let c = 1; c <= j; c++) row[c - 1]! += value * psi[j - c + 1]!;
  }
  if (p > 0) {
    const seasonalReach = p + arma.sma.length * period;
    if (!autoregressiveCovariance(phi, p, seasonalReach + arma.ma.length, pre.gamma, pre.scratch)) return false;
    movingAverageCovariance(pre.gamma, arma.ma, 1, seasonalReach, pre.gammaNext);
    movingAverageCovariance(pre.gammaNext, arma.sma, period, p, pre.gamma);
    const gamma = pre.gamma;
    for (let i = 1; i <= p; i++) {
      const value = phi[i - 1]!;
      if (value !== 0) for (let c = 1; c <= i; c++) row[c - 1]! += value * gamma[i - c + 1]!;
    }
  }
  return true;
}

/** Returns autocovariances 0..lags of (1 + Σ b_j B^(j·lag)) applied to a process with autocovariances `gamma`. */
function movingAverageCovariance(
  gamma: Float64Array,
  b: Float64Array,
  lag: number,
  lags: number,
  out: Float64Array,
): void {
  const count = b.length;
  let square = 1;
  for (let j = 0; j < count; j++) square += b[j]! * b[j]!;
  for (let h = 0; h <= lags; h++) out[h] = square * gamma[h]!;
  for (let d = 1; d <= count; d++) {
    let weight = b[d - 1]!;
    for (let j = 0; j + d < count; j++) weight += b[j]! * b[j + d]!;
    const shift = d * lag;
    for (let h = 0; h <= lags; h++) out[h]! += weight * (gamma[h + shift]! + gamma[Math.abs(h - shift)]!);
  }
}

/**
 * Computes the covariance matrix V of the forcings, k × k by rows, from its first row: V[a][c] = V[a+1][c+1] + phi_a V[1][c+1] +
 * phi_c V[a+1][1] + phi_a phi_c V[1][1] + g_a g_c with g = phi + theta, because the state is stationary.
 */
export function presampleCovariance({ k, phi, theta, row }: Presample, out: Float64Array): void {
  const first = row[0]!;
  for (let a = k - 1; a >= 0; a--) {
    const phiA = phi[a]!;
    const gA = phiA + theta[a]!;
    const next = row[a + 1]! + phiA * first;
    const below = (a + 1) * k + 1;
    for (let c = k - 1; c >= a; c--) {
      const phiC = phi[c]!;
      const value = (c + 1 < k ? out[below + c]! : 0) + phiA * row[c + 1]! + phiC * next + gA * (phiC + theta[c]!);
      out[a * k + c] = value;
      out[c * k + a] = value;
    }
  }
}
