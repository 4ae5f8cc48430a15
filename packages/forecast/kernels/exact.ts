/**
 * The exact likelihood of an ARMA model with linear regressors and its gradient, the same bits as those of
 * `src/arima/likelihood/exact-likelihood.ts` and `exact-gradient.ts`, which explain them. Logarithms and what is small stay
 * there. One series at a time is in memory: settings (int32), then float64: coefficients, raw gradient, regression
 * coefficients, inner products, diagonal of the system, columns, and what is computed of them.
 */
import { autoregress, recurse, recurseBackward, recurseFour, recurseTwoBackward } from "./parts/filters";
import { reserve, values } from "./parts/memory";
import { fillPresample, layPresample, presampleCovariance } from "./parts/presample";
import { dot } from "./parts/products";

/** n, the most lags, columns; then p, q, P, Q, period of the model; then the addresses of four series. */
const SETTINGS: usize = 0;
const ORDERS: usize = 12;
const CHAINS: usize = 32;
const COEFFICIENTS: usize = 64;

let n: i32 = 0;
let count: i32 = 0;
let p: i32 = 0;
let q: i32 = 0;
let P: i32 = 0;
let Q: i32 = 0;
let period: i32 = 0;
let k: i32 = 0;
let reach: i32 = 0;
let moving: bool = false;
let most: i32 = 0;
let ar: usize = 0;
let ma: usize = 0;
let sar: usize = 0;
let sma: usize = 0;
let raw: usize = 0;
let beta: usize = 0;
let inner: usize = 0;
let diagonal: usize = 0;
let columns: usize = 0;
let residuals: usize = 0;
let impulse: usize = 0;
let idle: usize = 0;
let back: usize = 0;
let backImpulse: usize = 0;
let projected: usize = 0;
let solved: usize = 0;
let covariance: usize = 0;
let gram: usize = 0;
let system: usize = 0;
let pivots: usize = 0;
let series: usize = 0;
let errors: usize = 0;
let filtered: usize = 0;
let adjoint: usize = 0;
let nu: usize = 0;
let u: usize = 0;
let otherCovariance: usize = 0;
let otherGram: usize = 0;
let inverse: usize = 0;
let covarianceWeight: usize = 0;
let gramWeight: usize = 0;

/** Lays a series out as the settings say, and grows the memory for it. */
export function prepare(): void {
  n = load<i32>(SETTINGS);
  most = load<i32>(SETTINGS + 4);
  count = load<i32>(SETTINGS + 8);
  const column = values(n);
  const lags = values(most);
  const square = values(most * most);
  raw = COEFFICIENTS + 2 * lags;
  beta = raw + 2 * lags;
  inner = beta + values(count);
  diagonal = inner + values(count * count);
  columns = diagonal + lags;
  residuals = columns + column * count;
  impulse = residuals + column * count;
  idle = impulse + column + 8;
  back = idle + column;
  backImpulse = back + column;
  projected = backImpulse + column;
  solved = projected + lags * count;
  covariance = solved + lags * count;
  gram = covariance + square;
  system = gram + square;
  pivots = system + square;
  series = pivots + lags;
  errors = series + column;
  filtered = errors + column;
  adjoint = filtered + column;
  nu = adjoint + column;
  u = nu + lags;
  otherCovariance = u + lags;
  otherGram = otherCovariance + square;
  inverse = otherGram + square;
  covarianceWeight = inverse + square;
  gramWeight = covarianceWeight + square;
  reserve(layPresample(gramWeight + square, most));
  memory.fill(idle, 0, column);
  memory.fill(projected, 0, lags * count);
}

/** Reads the model's orders. */
function readOrders(): void {
  p = load<i32>(ORDERS);
  q = load<i32>(ORDERS + 4);
  P = load<i32>(ORDERS + 8);
  Q = load<i32>(ORDERS + 12);
  period = load<i32>(ORDERS + 16);
  ar = COEFFICIENTS;
  ma = ar + values(p);
  sar = ma + values(q);
  sma = sar + values(P);
  moving = q + Q > 0;
  k = max(p + period * P, q + period * Q);
  reach = min(k, n);
}

function get(x: usize, i: i32): f64 {
  return load<f64>(x + values(i));
}

function set(x: usize, i: i32, value: f64): void {
  store<f64>(x + values(i), value);
}

/**
 * Computes what the likelihood at the coefficients needs: the inner products of the columns (lower triangle), and the diagonal of
 * the system, whose logarithms add up to that of the determinant. False if the model is not stationary.
 */
export function evaluate(): bool {
  readOrders();
  if (!fillPresample(COEFFICIENTS, ORDERS)) return false;
  const column = values(n);
  const hasImpulse = k > 0 && moving;
  if (hasImpulse) fillImpulse();
  for (let j = 0; j < count; j++) {
    const e = residuals + column * j;
    memory.copy(e, columns + column * j, column);
    autoregress(e, n, ar, p, 1);
    autoregress(e, n, sar, P, period);
    recurse(e, n, sma, Q, period, 0);
  }
  divideTogether(hasImpulse);
  if (k > 0) {
    for (let j = 0; j < count; j++) projectBack(j, hasImpulse && j === 0);
    presampleCovariance(k, covariance);
    if (hasImpulse) fillGram(gram, impulse);
    solveSystem();
  }
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) {
      let sum = dot(residuals + column * i, residuals + column * j, 0, n);
      const c = projected + values(i * most);
      const d = solved + values(j * most);
      for (let a = 0; a < reach; a++) sum -= get(c, a) * get(d, a);
      set(inner, i * count + j, sum);
    }
  return true;
}

/** Computes the weights of 1/Theta(B), still to be divided by theta(B). */
function fillImpulse(): void {
  memory.fill(impulse, 0, values(n + 1));
  store<f64>(impulse, 1);
  recurse(impulse, n, sma, Q, period, 0);
}

/** Divides the residuals, and the impulse, by theta(B), four at once. */
function divideTogether(hasImpulse: bool): void {
  if (q === 0) return;
  const all = count + (hasImpulse ? 1 : 0);
  if (all === 1) {
    recurse(residuals, n, ma, q, 1, 0);
    return;
  }
  for (let from = 0; from < all; from += 4) {
    for (let c = 0; c < 4; c++) {
      const j = from + c;
      const x = j < count ? residuals + values(n) * j : j < all ? impulse : idle;
      store<usize>(CHAINS + ((<usize>c) << 2), x);
    }
    recurseFour(CHAINS, n, ma, q, 0);
  }
}

/** Computes the first values of H'e of a column, and those of the impulse with it. */
function projectBack(j: i32, withImpulse: bool): void {
  const e = residuals + values(n) * j;
  const to = projected + values(j * most);
  if (!moving) {
    memory.copy(to, e, values(reach));
    return;
  }
  memory.copy(back, e, values(n));
  if (withImpulse) {
    memory.copy(backImpulse, impulse, values(n));
    recurseTwoBackward(back, backImpulse, n, ma, q);
    recurseBackward(backImpulse, n, sma, Q, period);
    memory.copy(gram, backImpulse, values(reach));
  } else recurseBackward(back, n, ma, q, 1);
  recurseBackward(back, n, sma, Q, period);
  memory.copy(to, back, values(reach));
}

/** Fills H'H below its first row. */
function fillGram(to: usize, weights: usize): void {
  for (let j = n; j < k; j++) set(to, j, 0);
  for (let i = 1; i < k; i++) {
    const last = n - i >= 0 ? get(weights, n - i) : 0;
    for (let j = i; j < k; j++)
      set(to, i * k + j, get(to, (i - 1) * k + j - 1) - (n - j >= 0 ? last * get(weights, n - j) : 0));
  }
  for (let i = 1; i < k; i++) for (let j = 0; j < i; j++) set(to, i * k + j, get(to, j * k + i));
}

/** Computes to ← to − factor · from for `length` values. */
function subtract(to: usize, from: usize, factor: f64, length: i32): void {
  const both = f64x2.splat(factor);
  const end = to + values(length);
  for (; to + 8 < end; to += 16, from += 16) v128.store(to, f64x2.sub(v128.load(to), f64x2.mul(both, v128.load(from))));
  if (to < end) store<f64>(to, load<f64>(to) - factor * load<f64>(from));
}

/** Computes to ← to + factor · from for `length` values. */
function add(to: usize, from: usize, factor: f64, length: i32): void {
  const both = f64x2.splat(factor);
  const end = to + values(length);
  for (; to + 8 < end; to += 16, from += 16) v128.store(to, f64x2.add(v128.load(to), f64x2.mul(both, v128.load(from))));
  if (to < end) store<f64>(to, load<f64>(to) + factor * load<f64>(from));
}

/** Solves (I + V M) x = V c for every column's c: Gaussian elimination with pivoting. */
function solveSystem(): void {
  const line = values(k);
  if (moving)
    for (let i = 0; i < k; i++) {
      const to = system + line * i;
      memory.fill(to, 0, line);
      set(to, i, 1);
      for (let l = 0; l < k; l++) {
        const value = get(covariance, i * k + l);
        if (value !== 0) add(to, gram + line * l, value, k);
      }
    }
  else {
    memory.copy(system, covariance, line * k);
    for (let i = 0; i < k; i++) set(system, i * k + i, get(system, i * k + i) + 1);
  }
  for (let c = 0; c < count; c++) {
    const from = projected + values(c * most);
    const to = solved + values(c * most);
    for (let i = 0; i < k; i++) {
      let sum: f64 = 0;
      for (let l = 0; l < k; l++) sum += get(covariance, i * k + l) * get(from, l);
      set(to, i, sum);
    }
  }
  for (let i = 0; i < k; i++) {
    let pivot = i;
    for (let r = i + 1; r < k; r++) if (abs(get(system, r * k + i)) > abs(get(system, pivot * k + i))) pivot = r;
    store<i32>(pivots + ((<usize>i) << 2), pivot);
    if (pivot !== i) {
      swap(system + line * i, system + line * pivot, k);
      for (let c = 0; c < count; c++) swap(solved + values(c * most + i), solved + values(c * most + pivot), 1);
    }
    const head = get(system, i * k + i);
    set(diagonal, i, head);
    for (let r = i + 1; r < k; r++) {
      const factor = get(system, r * k + i) / head;
      set(system, r * k + i, factor);
      if (factor === 0) continue;
      subtract(system + values(r * k + i + 1), system + values(i * k + i + 1), factor, k - i - 1);
      for (let c = 0; c < count; c++)
        set(solved, c * most + r, get(solved, c * most + r) - factor * get(solved, c * most + i));
    }
  }
  for (let c = 0; c < count; c++) {
    const x = solved + values(c * most);
    for (let i = k - 1; i >= 0; i--) {
      let sum = get(x, i);
      for (let j = i + 1; j < k; j++) sum -= get(system, i * k + j) * get(x, j);
      set(x, i, sum / get(system, i * k + i));
    }
  }
}

function swap(a: usize, b: usize, length: i32): void {
  for (let j = 0; j < length; j++) {
    const value = get(a, j);
    set(a, j, get(b, j));
    set(b, j, value);
  }
}

/** Computes the first of some columns less the others times the regression coefficients. */
function combine(parts: usize, stride: usize, length: i32, to: usize): void {
  memory.copy(to, parts, values(length));
  for (let j = 1; j < count; j++) subtract(to, parts + stride * j, get(beta, j - 1), length);
}

/**
 * Computes the raw gradient that goes through the filters, at the point of the last `evaluate`, and the weights of changes of V
 * and M.
 *
 * @param scale - n / S
 */
export function fillGradient(scale: f64): void {
  const column = values(n);
  const lags = values(most);
  combine(columns, column, n, series);
  combine(solved, lags, k, nu);
  memory.fill(u, 0, values(k));
  combine(projected, lags, reach, u);
  for (let i = 0; i < k; i++) set(u, i, get(u, i) - (moving ? dot(gram + values(i * k), nu, 0, k) : get(nu, i)));
  memory.copy(errors, series, column);
  autoregress(errors, n, ar, p, 1);
  autoregress(errors, n, sar, P, period);
  for (let a = 0; a < reach; a++) set(errors, a, get(errors, a) - get(nu, a));
  recurse(errors, n, sma, Q, period, 0);
  recurse(errors, n, ma, q, 1, 0);
  let to = raw;
  if (p + P > 0) {
    memory.copy(adjoint, errors, column);
    recurseBackward(adjoint, n, ma, q, 1);
    recurseBackward(adjoint, n, sma, Q, period);
  }
  if (p > 0) {
    memory.copy(filtered, series, column);
    autoregress(filtered, n, sar, P, period);
    to = products(to, p, 1, adjoint, scale);
  }
  if (q > 0) {
    memory.copy(filtered, errors, column);
    recurse(filtered, n, ma, q, 1, 0);
    to = products(to, q, 1, errors, scale);
  }
  if (P > 0) {
    memory.copy(filtered, series, column);
    autoregress(filtered, n, ar, p, 1);
    to = products(to, P, period, adjoint, scale);
  }
  if (Q > 0) {
    memory.copy(filtered, errors, column);
    recurse(filtered, n, sma, Q, period, 0);
    products(to, Q, period, errors, scale);
  }
  fillWeights(scale);
}

function products(to: usize, coefficients: i32, lag: i32, weight: usize, scale: f64): usize {
  for (let i = 1; i <= coefficients; i++, to += 8) {
    const by = min(n, i * lag);
    store<f64>(to, -scale * dot(weight + values(by), filtered, 0, n - by));
  }
  return to;
}

function fillWeights(scale: f64): void {
  const line = values(k);
  memory.fill(inverse, 0, line * k);
  for (let i = 0; i < k; i++) set(inverse, i * k + i, 1);
  for (let i = 0; i < k; i++) {
    const pivot = load<i32>(pivots + ((<usize>i) << 2));
    if (pivot !== i) swap(inverse + line * i, inverse + line * pivot, k);
  }
  for (let r = 1; r < k; r++)
    for (let i = 0; i < r; i++) {
      const factor = get(system, r * k + i);
      if (factor !== 0) subtract(inverse + line * r, inverse + line * i, factor, k);
    }
  for (let r = k - 1; r >= 0; r--) {
    const to = inverse + line * r;
    for (let i = r + 1; i < k; i++) {
      const factor = get(system, r * k + i);
      if (factor !== 0) subtract(to, inverse + line * i, factor, k);
    }
    const head = get(system, r * k + r);
    for (let j = 0; j < k; j++) set(to, j, get(to, j) / head);
  }
  if (moving) {
    symmetricProduct(gram, inverse, covarianceWeight);
    symmetricProduct(inverse, covariance, gramWeight);
  } else memory.copy(covarianceWeight, inverse, line * k);
  for (let i = 0; i < k; i++) subtract(covarianceWeight + line * i, u, scale * get(u, i), k);
}

/** Computes the product of two matrices that is known to be symmetric. */
function symmetricProduct(a: usize, b: usize, out: usize): void {
  const line = values(k);
  memory.fill(out, 0, line * k);
  for (let i = 0; i < k; i++)
    for (let l = 0; l < k; l++) {
      const value = get(a, i * k + l);
      if (value !== 0) add(out + values(i * k + i), b + values(l * k + i), value, k - i);
    }
  for (let i = 1; i < k; i++) for (let j = 0; j < i; j++) set(out, i * k + j, get(out, j * k + i));
}

/** Returns the weighted changes of V, and of M if `changesGram`, from the last `evaluate` to the coefficients. */
export function difference(changesGram: bool): f64 {
  let sum: f64 = 0;
  const all = k * k;
  if (fillPresample(COEFFICIENTS, ORDERS)) {
    presampleCovariance(k, otherCovariance);
    for (let j = 0; j < all; j++) sum += get(covarianceWeight, j) * (get(otherCovariance, j) - get(covariance, j));
  }
  if (changesGram && moving) {
    fillImpulse();
    recurse(impulse, n, ma, q, 1, 0);
    memory.copy(backImpulse, impulse, values(n));
    recurseBackward(backImpulse, n, ma, q, 1);
    recurseBackward(backImpulse, n, sma, Q, period);
    memory.copy(otherGram, backImpulse, values(reach));
    fillGram(otherGram, impulse);
    for (let j = 0; j < all; j++) sum += get(gramWeight, j) * (get(otherGram, j) - get(gram, j));
  }
  return sum;
}
