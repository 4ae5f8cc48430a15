/**
 * The covariance of an ARMA model's presample forcings, the same bits as those of `src/arima/likelihood/presample.ts` and
 * `autocovariance.ts`, which explain them.
 */
import { values } from "./memory";

let R: i32 = 0;
/** Multiplied-out coefficients, reach + 1 values each; and the first row of the covariance, reach + 2. */
export let phi: usize = 0;
export let theta: usize = 0;
export let row: usize = 0;
let psi: usize = 0;
let gamma: usize = 0;
let gammaNext: usize = 0;
let scratch: usize = 0;

/** Lays the buffers out for polynomials of at most `reach` lags, and returns the address after them. */
export function layPresample(start: usize, reach: i32): usize {
  R = reach;
  phi = start;
  theta = phi + values(reach + 1);
  row = theta + values(reach + 1);
  psi = row + values(reach + 2);
  gamma = psi + values(reach + 2);
  gammaNext = gamma + values(3 * reach + 2);
  scratch = gammaNext + values(3 * reach + 2);
  return scratch + values(reach * (reach + 1) + 1);
}

function get(x: usize, i: i32): f64 {
  return load<f64>(x + values(i));
}

function set(x: usize, i: i32, value: f64): void {
  store<f64>(x + values(i), value);
}

function multiply(a: usize, p: i32, s: usize, P: i32, period: i32, sign: f64, out: usize): void {
  memory.fill(out, 0, values(R + 1));
  for (let i = 0; i < p; i++) set(out, i, get(a, i));
  for (let j = 0; j < P; j++) {
    const at = (j + 1) * period - 1;
    set(out, at, get(out, at) + get(s, j));
    for (let i = 0; i < p; i++) set(out, at + i + 1, get(out, at + i + 1) + sign * get(a, i) * get(s, j));
  }
}

function autoregressiveCovariance(p: i32, lags: i32, out: usize): bool {
  for (let i = 0; i < p; i++) set(scratch, (p - 1) * p + i, get(phi, i));
  let variance: f64 = 1;
  for (let k = p - 1; k >= 0; k--) {
    const line = k * p;
    const r = get(scratch, line + k);
    const left = 1 - r * r;
    if (!(left > 0)) return false;
    variance /= left;
    const above = line - p;
    for (let i = 0; i < k; i++)
      set(scratch, above + i, (get(scratch, line + i) + r * get(scratch, line + k - 1 - i)) / left);
  }
  set(out, 0, variance);
  let error = variance;
  const reach = min(p, lags);
  for (let k = 0; k < reach; k++) {
    const r = get(scratch, k * p + k);
    let sum = r * error;
    if (k > 0) {
      const above = (k - 1) * p;
      for (let i = 0; i < k; i++) sum += get(scratch, above + i) * get(out, k - i);
    }
    set(out, k + 1, sum);
    error *= 1 - r * r;
  }
  for (let lag = p + 1; lag <= lags; lag++) {
    let sum: f64 = 0;
    for (let i = 0; i < p; i++) sum += get(phi, i) * get(out, lag - 1 - i);
    set(out, lag, sum);
  }
  return true;
}

function movingAverageCovariance(from: usize, b: usize, count: i32, lag: i32, lags: i32, out: usize): void {
  let square: f64 = 1;
  for (let j = 0; j < count; j++) square += get(b, j) * get(b, j);
  for (let h = 0; h <= lags; h++) set(out, h, square * get(from, h));
  for (let d = 1; d <= count; d++) {
    let weight = get(b, d - 1);
    for (let j = 0; j + d < count; j++) weight += get(b, j) * get(b, j + d);
    const shift = d * lag;
    for (let h = 0; h <= lags; h++)
      set(out, h, get(out, h) + weight * (get(from, h + shift) + get(from, abs(h - shift))));
  }
}

/** The coefficients, one polynomial after the other from `coefficients`; false if the model is not stationary. */
export function fillPresample(coefficients: usize, orders: usize): bool {
  const p1 = load<i32>(orders);
  const q1 = load<i32>(orders + 4);
  const P = load<i32>(orders + 8);
  const Q = load<i32>(orders + 12);
  const period = load<i32>(orders + 16);
  const p = p1 + P * period;
  const q = q1 + Q * period;
  const ma = coefficients + values(p1);
  const sar = ma + values(q1);
  const sma = sar + values(P);
  multiply(coefficients, p1, sar, P, period, -1, phi);
  multiply(ma, q1, sma, Q, period, 1, theta);
  memory.fill(row, 0, values(R + 2));
  if (max(p, q) === 0) return true;
  set(psi, 0, 1);
  for (let t = 1; t <= q; t++) {
    let sum = get(theta, t - 1);
    const reach = min(t, p);
    for (let i = 1; i <= reach; i++) sum += get(phi, i - 1) * get(psi, t - i);
    set(psi, t, sum);
  }
  for (let j = 1; j <= q; j++) {
    const value = get(theta, j - 1);
    if (value !== 0) for (let c = 1; c <= j; c++) set(row, c - 1, get(row, c - 1) + value * get(psi, j - c + 1));
  }
  if (p > 0) {
    const seasonalReach = p + Q * period;
    if (!autoregressiveCovariance(p, seasonalReach + q1, gamma)) return false;
    movingAverageCovariance(gamma, ma, q1, 1, seasonalReach, gammaNext);
    movingAverageCovariance(gammaNext, sma, Q, period, p, gamma);
    for (let i = 1; i <= p; i++) {
      const value = get(phi, i - 1);
      if (value !== 0) for (let c = 1; c <= i; c++) set(row, c - 1, get(row, c - 1) + value * get(gamma, i - c + 1));
    }
  }
  return true;
}

/** Computes the covariance matrix of the k forcings, by rows, from its first row. */
export function presampleCovariance(k: i32, out: usize): void {
  const first = load<f64>(row);
  for (let a = k - 1; a >= 0; a--) {
    const phiA = get(phi, a);
    const gA = phiA + get(theta, a);
    const next = get(row, a + 1) + phiA * first;
    const below = out + values((a + 1) * k + 1);
    for (let c = k - 1; c >= a; c--) {
      const phiC = get(phi, c);
      const value =
        (c + 1 < k ? get(below, c) : 0) + phiA * get(row, c + 1) + phiC * next + gA * (phiC + get(theta, c));
      set(out, a * k + c, value);
      set(out, c * k + a, value);
    }
  }
}
