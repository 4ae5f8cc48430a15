import { solveNormal } from "../../linalg/normal-equations.ts";
import { type Arma, armaReach } from "../polynomial.ts";
import { createPresample, fillPresample, type Presample, presampleCovariance } from "./presample.ts";

/**
 * The state of an ARIMA series as one vector of r = k + s values: the k forcings of its ARMA part (see `Presample`), then
 * its last s = d + mD values. One error e drives both: y = nu_1 + Σ delta_i y_(t−i) + e.
 */
export interface KalmanState {
  readonly k: number;
  readonly s: number;
  readonly phi: Float64Array;
  readonly theta: Float64Array;
  readonly delta: Float64Array;
  /** Predicted state, a column per series filtered with the same gains (the series itself, then regressors). */
  readonly a: readonly Float64Array[];
  /** Covariance of the prediction, r × r, in units of sigma²; its part that grows without bound; and how much is left. */
  readonly P: Float64Array;
  readonly diffuse: Float64Array;
  diffuseRank: number;
  /** Effect of an error on the state: phi + theta for the forcings, 1 for the newest value. */
  readonly loading: Float64Array;
  readonly first: Float64Array;
  readonly gain: Float64Array;
  readonly diffuseGain: Float64Array;
}

/**
 * Returns the state before the first value: stationary forcings, and values before the sample that could be anything
 * (exact diffuse initialisation).
 *
 * @returns undefined if the ARMA part is not stationary
 * @see Durbin & Koopman (2012), doi:10.1093/acprof:oso/9780199641178.001.0001, ch. 5
 */
export function createKalmanState(
  arma: Arma,
  delta: Float64Array,
  count: number,
  presample: Presample = createPresample(armaReach(arma).k),
): KalmanState | undefined {
  if (!fillPresample(arma, presample)) return undefined;
  const { k, phi, theta } = presample;
  const s = delta.length;
  const r = k + s;
  const P = new Float64Array(r * r);
  const V = new Float64Array(k * k);
  presampleCovariance(presample, V);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) P[i * r + j] = V[i * k + j]!;
  const diffuse = new Float64Array(r * r);
  for (let i = k; i < r; i++) diffuse[i * r + i] = 1;
  return {
    k,
    s,
    phi,
    theta,
    delta,
    a: Array.from({ length: count }, () => new Float64Array(r)),
    P,
    diffuse,
    diffuseRank: s,
    loading: Float64Array.from({ length: r }, (_, i) => (i < k ? phi[i]! + theta[i]! : i === k ? 1 : 0)),
    first: new Float64Array(r),
    gain: new Float64Array(r),
    diffuseGain: new Float64Array(r),
  };
}

/** Returns the state's part in the next value: Z x. */
export function observe({ k, s, delta }: KalmanState, x: Float64Array, at = 0): number {
  let sum = k > 0 ? x[at]! : 0;
  for (let i = 0; i < s; i++) if (delta[i] !== 0) sum += delta[i]! * x[at + k + i]!;
  return sum;
}

/** Computes x ← T x for one vector. */
export function transition(state: KalmanState, x: Float64Array, at = 0): void {
  const { k, s, phi } = state;
  const value = observe(state, x, at);
  const first = k > 0 ? x[at]! : 0;
  for (let a = 0; a + 1 < k; a++) x[at + a] = x[at + a + 1]! + phi[a]! * first;
  if (k > 0) x[at + k - 1] = phi[k - 1]! * first;
  for (let i = s - 1; i > 0; i--) x[at + k + i] = x[at + k + i - 1]!;
  if (s > 0) x[at + k] = value;
}

/**
 * Computes M ← T M T' for a symmetric matrix, in place; only the upper triangle is written.
 *
 * @param mz - M Z', and `zmz` - Z M Z', before the step
 */
function transitionMatrix({ k, s, phi, first }: KalmanState, M: Float64Array, mz: Float64Array, zmz: number): void {
  const r = k + s;
  for (let j = 0; j < r; j++) first[j] = M[j]!;
  for (let a = 0; a < k; a++) {
    const coefficient = phi[a]!;
    const to = a * r;
    const from = to + r;
    const inside = a + 1 < k;
    const next = inside ? first[a + 1]! + coefficient * first[0]! : coefficient * first[0]!;
    for (let c = a; c + 1 < k; c++) M[to + c] = M[from + c + 1]! + coefficient * first[c + 1]! + phi[c]! * next;
    M[to + k - 1] = phi[k - 1]! * next;
    for (let i = 1; i < s; i++) M[to + k + i] = (inside ? M[from + k + i - 1]! : 0) + coefficient * first[k + i - 1]!;
    if (s > 0) M[to + k] = (inside ? mz[a + 1]! : 0) + coefficient * mz[0]!;
  }
  for (let i = s - 1; i > 0; i--)
    for (let j = s - 1; j >= i; j--) M[(k + i) * r + k + j] = M[(k + i - 1) * r + k + j - 1]!;
  if (s > 0) {
    for (let j = s - 1; j > 0; j--) M[k * r + k + j] = mz[k + j - 1]!;
    M[k * r + k] = zmz;
  }
}

/** Copies the upper triangle to the lower one. */
function mirror(M: Float64Array, r: number): void {
  for (let i = 1; i < r; i++) for (let j = 0; j < i; j++) M[i * r + j] = M[j * r + i]!;
}

/**
 * Moves the state over one time step.
 *
 * @param values - the value of each column; ignored where the series (the first) is NaN: missing
 * @param errors - receives the one-step errors of the columns
 * @returns the variance of the error in units of sigma²; NaN where missing, Infinity while it is diffuse
 */
export function kalmanStep(state: KalmanState, values: readonly number[], errors: Float64Array): number {
  const { k, s, a, P, diffuse, gain, diffuseGain, loading } = state;
  const r = k + s;
  const missing = Number.isNaN(values[0]!);
  let F = 1;
  let Fd = 0;
  let zdz = 0;
  // Z P and Z P_diffuse, before the step.
  for (let i = 0; i < r; i++) gain[i] = observe(state, P, i * r);
  F += observe(state, gain);
  if (state.diffuseRank > 0) {
    for (let i = 0; i < r; i++) diffuseGain[i] = observe(state, diffuse, i * r);
    zdz = observe(state, diffuseGain);
    if (zdz >= 1e-9) Fd = zdz;
  }
  for (let c = 0; c < a.length; c++) errors[c] = values[c]! - observe(state, a[c]!);
  for (let c = 0; c < a.length; c++) transition(state, a[c]!);
  transitionMatrix(state, P, gain, F - 1);
  if (state.diffuseRank > 0) {
    transitionMatrix(state, diffuse, diffuseGain, zdz);
    mirror(diffuse, r);
  }
  for (let i = 0; i < r; i++) {
    const entry = loading[i]!;
    if (entry !== 0) for (let j = i; j < r; j++) P[i * r + j]! += entry * loading[j]!;
  }
  if (missing) {
    mirror(P, r);
    return NaN;
  }
  transition(state, gain);
  for (let i = 0; i < r; i++) gain[i]! += loading[i]!;
  if (Fd > 0) {
    transition(state, diffuseGain);
    for (let i = 0; i < r; i++) {
      const ki = gain[i]!;
      const di = diffuseGain[i]!;
      for (let j = i; j < r; j++) {
        const kj = gain[j]!;
        const dj = diffuseGain[j]!;
        P[i * r + j]! += (di * dj * F) / (Fd * Fd) - (ki * dj + di * kj) / Fd;
        diffuse[i * r + j]! -= (di * dj) / Fd;
      }
    }
    for (let c = 0; c < a.length; c++) {
      const x = a[c]!;
      const weight = errors[c]! / Fd;
      for (let i = 0; i < r; i++) x[i]! += diffuseGain[i]! * weight;
    }
    mirror(P, r);
    mirror(diffuse, r);
    if (--state.diffuseRank === 0) diffuse.fill(0);
    return Infinity;
  }
  for (let i = 0; i < r; i++) {
    const ki = gain[i]! / F;
    if (ki !== 0) for (let j = i; j < r; j++) P[i * r + j]! -= ki * gain[j]!;
  }
  mirror(P, r);
  for (let c = 0; c < a.length; c++) {
    const x = a[c]!;
    const weight = errors[c]! / F;
    for (let i = 0; i < r; i++) x[i]! += gain[i]! * weight;
  }
  return F;
}

/** Result of `kalmanLikelihood`. */
export interface KalmanLikelihood {
  readonly loglik: number;
  readonly squares: number;
  readonly beta: Float64Array;
  /** X'Ω⁻¹X, by rows. */
  readonly normal: Float64Array;
  /** Values that count: observed ones less those that only settle the diffuse start. */
  readonly count: number;
  readonly state: KalmanState;
}

/**
 * Returns the exact Gaussian log-likelihood of an ARIMA series with missing values, regressors and innovation variance
 * concentrated out. Values that settle the diffuse start are left out of it.
 *
 * @param columns - the series (NaN where missing), then its regressors, undifferenced
 */
export function kalmanLikelihood(
  arma: Arma,
  delta: Float64Array,
  columns: readonly Float64Array[],
): KalmanLikelihood | undefined {
  const width = columns.length;
  const state = createKalmanState(arma, delta, width);
  if (state === undefined) return undefined;
  const n = columns[0]!.length;
  const values = new Array<number>(width).fill(0);
  const errors = new Float64Array(width);
  const cross = new Float64Array(width * width);
  let logs = 0;
  let count = 0;
  for (let t = 0; t < n; t++) {
    for (let c = 0; c < width; c++) values[c] = columns[c]![t]!;
    const F = kalmanStep(state, values, errors);
    if (!(F < Infinity)) continue;
    if (!(F > 0)) return undefined;
    count++;
    logs += Math.log(F);
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) cross[i * width + j]! += (errors[i]! * errors[j]!) / F;
  }
  const r = width - 1;
  const beta = new Float64Array(r);
  const normal = new Float64Array(r * r);
  for (let i = 0; i < r; i++) {
    beta[i] = cross[(i + 1) * width]!;
    for (let j = 0; j <= i; j++) normal[i * r + j] = normal[j * r + i] = cross[(i + 1) * width + j + 1]!;
  }
  const squares = cross[0]! - (r > 0 ? solveNormal(normal, beta, r) : 0);
  const loglik = (-count / 2) * (Math.log((2 * Math.PI * squares) / count) + 1) - logs / 2;
  return { loglik, squares, beta, normal, count, state };
}
