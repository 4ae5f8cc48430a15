/**
 * Conditional least squares of a seasonal ARMA model with linear regressors: residuals, Jacobian and normal equations, the
 * same bits as those of `src/arima/likelihood/conditional-residuals.ts`, which explains them. One series at a time is in
 * memory: 7 settings (int32), then float64: coefficients, gradient, normal matrix, columns, and what is computed of them.
 */
import { autoregress, recurse, recurseFour } from "./parts/filters";
import { reserve, values } from "./parts/memory";
import { dot, products4, products16 } from "./parts/products";

/** n, p, q, P, Q, period, regressors; then the addresses of the columns of a block. */
const SETTINGS: usize = 0;
const BLOCK: usize = 32;
const CHAINS: usize = 64;
const COEFFICIENTS: usize = 128;

let n: i32 = 0;
let p: i32 = 0;
let q: i32 = 0;
let P: i32 = 0;
let Q: i32 = 0;
let period: i32 = 0;
let regressors: i32 = 0;
let arma: i32 = 0;
let size: i32 = 0;
let condition: i32 = 0;
let ar: usize = 0;
let ma: usize = 0;
let sar: usize = 0;
let sma: usize = 0;
let beta: usize = 0;
let gradient: usize = 0;
let normal: usize = 0;
let columns: usize = 0;
let base: usize = 0;
let residuals: usize = 0;
let trial: usize = 0;
let seasonal: usize = 0;
let weights: usize = 0;
let idle: usize = 0;
/** The residuals divided by each moving-average polynomial, after zeros as long as it reaches back. */
let near: usize = 0;
let far: usize = 0;
let jacobian: usize = 0;
/** Addresses of the Jacobian's columns, then of the residuals. */
let pointers: usize = 0;
let products: usize = 0;

/** Lays a series out as the settings say, and grows the memory for it. */
export function prepare(): void {
  n = load<i32>(SETTINGS);
  p = load<i32>(SETTINGS + 4);
  q = load<i32>(SETTINGS + 8);
  P = load<i32>(SETTINGS + 12);
  Q = load<i32>(SETTINGS + 16);
  period = load<i32>(SETTINGS + 20);
  regressors = load<i32>(SETTINGS + 24);
  arma = p + q + P + Q;
  size = arma + regressors;
  condition = p + period * P;
  const column = values(n);
  ar = COEFFICIENTS;
  ma = ar + values(p);
  sar = ma + values(q);
  sma = sar + values(P);
  beta = sma + values(Q);
  gradient = COEFFICIENTS + values(size);
  normal = gradient + values(size);
  columns = normal + values(size * size);
  base = columns + column * (1 + regressors);
  residuals = base + column;
  trial = residuals + column;
  seasonal = trial + column;
  weights = seasonal + column;
  idle = weights + column;
  near = idle + column + values(q);
  far = near + column + values(Q * period);
  jacobian = far + column;
  pointers = jacobian + column * size;
  products = pointers + values(size + 1);
  reserve(products + values(16));
  memory.fill(idle, 0, column);
}

/** Returns the address of the series less its linear part. */
function withoutLinear(): usize {
  if (regressors === 0) return columns;
  const length = values(n);
  for (let j = 0; j < regressors; j++) {
    const from = j === 0 ? columns : base;
    const column = columns + length * (1 + j);
    const b = load<f64>(beta + values(j));
    const slope = f64x2.splat(b);
    let u: usize = 0;
    for (; u + 8 < length; u += 16)
      v128.store(base + u, f64x2.sub(v128.load(from + u), f64x2.mul(slope, v128.load(column + u))));
    if (u < length) store<f64>(base + u, load<f64>(from + u) - b * load<f64>(column + u));
  }
  return base;
}

/** Computes the residuals at the coefficients into the trial's place, and returns their sum of squares. */
export function squares(): f64 {
  const e = trial;
  memory.copy(e, withoutLinear(), values(n));
  autoregress(e, n, ar, p, 1);
  autoregress(e, n, sar, P, period);
  memory.fill(e, 0, values(condition));
  recurse(e, n, sma, Q, period, condition);
  recurse(e, n, ma, q, 1, condition);
  return dot(e, e, condition, n);
}

/** Takes the residuals last computed for those of the point. */
export function accept(): void {
  const last = residuals;
  residuals = trial;
  trial = last;
}

/** Returns the address of the point's residuals. */
export function residualsAt(): usize {
  return residuals;
}

/**
 * Computes the gradient J'e at the coefficients, whose residuals were accepted, and the normal matrix J'J unless the
 * last one is kept.
 */
export function fillNormal(keep: bool): void {
  fillJacobian();
  store<usize>(pointers + ((<usize>size) << 2), residuals);
  for (let j = 0; j < size; j += 4) {
    for (let c = 0; c < 4; c++) pointTo(BLOCK + 16 + ((<usize>c) << 2), min(j + c, size - 1));
    if (keep) {
      pointTo(BLOCK, size);
      products4(BLOCK, condition, n, products);
      for (let c = 0; c < 4 && j + c < size; c++) store<f64>(gradient + values(j + c), load<f64>(products + values(c)));
      continue;
    }
    for (let i = j; i <= size; i += 4) {
      for (let r = 0; r < 4; r++) pointTo(BLOCK + ((<usize>r) << 2), min(i + r, size));
      products16(BLOCK, condition, n, products);
      for (let r = 0; r < 4 && i + r <= size; r++)
        for (let c = 0; c < 4 && j + c < size; c++) {
          const value = load<f64>(products + values(4 * r + c));
          if (i + r === size) store<f64>(gradient + values(j + c), value);
          else {
            store<f64>(normal + values((i + r) * size + j + c), value);
            store<f64>(normal + values((j + c) * size + i + r), value);
          }
        }
    }
  }
}

function pointTo(to: usize, column: i32): void {
  store<usize>(to, load<usize>(pointers + ((<usize>column) << 2)));
}

function isLevel(x: usize): bool {
  const first = load<f64>(x);
  for (let t = 1; t < n; t++) if (load<f64>(x + values(t)) !== first) return false;
  return true;
}

let chains: i32 = 0;

/** Divides a series by the seasonal moving-average polynomial, and by the other one once four are together. */
function divide(x: usize): void {
  recurse(x, n, sma, Q, period, condition);
  divideNear(x);
}

function divideNear(x: usize): void {
  store<usize>(CHAINS + ((<usize>chains) << 2), x);
  if (++chains === 4) flush();
}

/** Divides what waits by the moving-average polynomial; an idle series stands in for those that are missing. */
function flush(): void {
  if (chains === 0) return;
  for (let c = chains; c < 4; c++) store<usize>(CHAINS + ((<usize>c) << 2), idle);
  if (chains === 1) recurse(load<usize>(CHAINS), n, ma, q, 1, condition);
  else recurseFour(CHAINS, n, ma, q, condition);
  chains = 0;
}

function fillJacobian(): void {
  const column = values(n);
  const from = values(condition);
  const series = withoutLinear();
  const moving = q + Q > 0;
  const mean = columns + column;
  const steady = regressors > 0 && isLevel(mean);
  for (let c = 0; c < size; c++) store<usize>(pointers + ((<usize>c) << 2), jacobian + column * c);
  if (moving && (p > 1 || steady)) {
    memory.fill(weights + from, 0, column - from);
    store<f64>(weights + from, 1);
    divide(weights);
  }
  if (p > 0) {
    memory.copy(seasonal, series, column);
    autoregress(seasonal, n, sar, P, period);
    memory.copy(jacobian + from, seasonal + from - 8, column - from);
    divide(jacobian);
  }
  if (q > 0) {
    const start = near + from;
    memory.fill(start - values(q), 0, values(q));
    memory.copy(start, residuals + from, column - from);
    divideNear(near);
    for (let j = 0; j < q; j++) store<usize>(pointers + ((<usize>(p + j)) << 2), near - values(j + 1));
  }
  if (P > 0) {
    // The trial's place is free: a point is accepted before its Jacobian is computed.
    memory.copy(trial, series, column);
    autoregress(trial, n, ar, p, 1);
    for (let i = 1; i <= P; i++) {
      const to = jacobian + column * (p + q + i - 1);
      memory.copy(to + from, trial + from - values(i * period), column - from);
      divide(to);
    }
  }
  if (Q > 0) {
    const start = far + from;
    memory.fill(start - values(Q * period), 0, values(Q * period));
    memory.copy(start, residuals + from, column - from);
    recurse(far, n, sma, Q, period, condition);
    for (let j = 0; j < Q; j++)
      store<usize>(pointers + ((<usize>(p + q + P + j)) << 2), far - values((j + 1) * period));
  }
  for (let j = steady ? 1 : 0; j < regressors; j++) {
    const to = jacobian + column * (arma + j);
    memory.copy(to, columns + column * (1 + j), column);
    autoregress(to, n, ar, p, 1);
    autoregress(to, n, sar, P, period);
    divide(to);
  }
  flush();
  for (let i = 1; i < p; i++) {
    const to = jacobian + column * i;
    const entering = load<f64>(seasonal + from - values(i + 1));
    const last = to - column - 8;
    store<f64>(to + from, entering);
    const both = f64x2.splat(entering);
    if (moving) {
      let u = from + 8;
      for (; u + 8 < column; u += 16)
        v128.store(to + u, f64x2.add(v128.load(last + u), f64x2.mul(v128.load(weights + u), both)));
      if (u < column) store<f64>(to + u, load<f64>(last + u) + load<f64>(weights + u) * entering);
    } else memory.copy(to + from + 8, last + from + 8, column - from - 8);
  }
  if (steady) {
    // A mean, or a differenced drift: the moving sums are one number, and the recursion adds its weights up.
    const to = jacobian + column * arma;
    let value = load<f64>(mean);
    value -= value * sumOf(ar, p);
    value -= value * sumOf(sar, P);
    let total: f64 = 0;
    for (let u = from; u < column; u += 8) {
      if (moving) total += load<f64>(weights + u);
      store<f64>(to + u, moving ? value * total : value);
    }
  }
}

function sumOf(x: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f64>(x + values(i));
  return sum;
}
