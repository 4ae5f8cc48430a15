import { dot, products3, products6 } from "../linalg/dot.ts";
import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { autoregress, recurse } from "./filter.ts";
import { type Arma, type ArmaOrder, rootsBeyond, setArma, zeroArma } from "./polynomial.ts";

/** Buffers of the conditional least squares fit, for series of n values and at most `parameters` coefficients. */
export interface ConditionalWorkspace {
  readonly n: number;
  readonly base: Float64Array;
  readonly seasonal: Float64Array;
  readonly plain: Float64Array;
  readonly weights: Float64Array;
  residuals: Float64Array;
  trial: Float64Array;
  readonly jacobian: readonly Float64Array[];
  readonly normal: Float64Array;
  readonly factor: Float64Array;
  readonly gradient: Float64Array;
  readonly products: Float64Array;
}

/** Allocates the buffers. */
export function createConditionalWorkspace(n: number, parameters: number): ConditionalWorkspace {
  const column = () => new Float64Array(n);
  return {
    n,
    base: column(),
    seasonal: column(),
    plain: column(),
    weights: column(),
    residuals: column(),
    trial: column(),
    jacobian: Array.from({ length: parameters }, column),
    normal: new Float64Array(parameters * parameters),
    factor: new Float64Array(parameters * parameters),
    gradient: new Float64Array(parameters),
    products: new Float64Array(6),
  };
}

/** A conditional least squares fit. */
export interface ConditionalFit {
  readonly arma: Arma;
  /** Coefficients of the regressors. */
  readonly beta: Float64Array;
  /** Sum of squared residuals after the first `condition`, and how many residuals that are. */
  readonly squares: number;
  readonly count: number;
}

/** Settings of `fitConditional`. */
export interface ConditionalOptions {
  /** Start of the coefficients; zeros (and least squares for the regressors) when left out. */
  readonly start?: { readonly arma: Arma; readonly beta: Float64Array };
  /** Stops when a step would lower the sum of squares by less than this fraction. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
  /** Gives up after three steps in a row with roots nearer to zero than this; default 1. */
  readonly rootLimit?: number;
  /** Gives up after a few steps when the sum of squares, less some times what the next promises, is above this. */
  readonly hopeless?: number;
}

/**
 * Conditional least squares of an ARMA model with linear regressors: minimises the sum of squared residuals
 * e_t = phi(B) Phi(B^m) (w_t − x_t'β) / theta(B) Theta(B^m), t > p + mP, with the first p + mP values given and earlier
 * errors zero, by Gauss–Newton steps damped as Levenberg and Marquardt do. The derivative with respect to every
 * coefficient of one polynomial is the same filtered series, shifted, so that a whole Jacobian costs about one more
 * filter pass per polynomial. Steps that leave the stationary and invertible region are shortened.
 *
 * @param columns - the differenced series, then the differenced regressors
 * @returns undefined if too few residuals are left for the number of coefficients
 * @see Box & Jenkins (1976), ch. 7; Marquardt (1963), doi:10.1137/0111030
 */
export function fitConditional(
  order: ArmaOrder,
  columns: readonly Float64Array[],
  n: number,
  work: ConditionalWorkspace,
  { start, tolerance = 1e-8, maxSteps = 50, rootLimit = 1, hopeless = Infinity }: ConditionalOptions = {},
): ConditionalFit | undefined {
  const condition = order.p + order.period * order.P;
  const armaCount = order.p + order.q + order.P + order.Q;
  const size = armaCount + columns.length - 1;
  const count = n - condition;
  if (count <= size) return undefined;
  const x = new Float64Array(size);
  const next = new Float64Array(size);
  const step = new Float64Array(size);
  const arma = zeroArma(order);
  if (start === undefined) {
    const beta = ordinaryLeastSquares(columns, n);
    for (let j = 0; j < beta.length; j++) x[armaCount + j] = beta[j]!;
  } else {
    x.set(shrink([...start.arma.ar, ...start.arma.ma, ...start.arma.sar, ...start.arma.sma], arma));
    x.set(start.beta, armaCount);
  }
  setArma(arma, x);
  let squares = conditionalResiduals(arma, columns, x, armaCount, n, condition, work, work.residuals);
  let damping = 0;
  let fresh = false;
  let strayed = 0;
  let steps = 0;
  let near = false;
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    if (!fresh) {
      setArma(arma, x);
      fillJacobian(arma, columns, x, armaCount, n, condition, work);
      fillNormal(work, size, n, condition, near);
      fresh = true;
    }
    const { normal, factor, gradient } = work;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) factor[i * size + j] = normal[i * size + j]!;
      factor[i * size + i]! += damping * normal[i * size + i]! + 1e-12 * squares;
      step[i] = gradient[i]!;
    }
    if (!cholesky(factor, size, factor)) {
      damping = damping > 0 ? damping * 10 : 1e-4;
      if (damping > 1e8) break;
      continue;
    }
    choleskySolve(factor, size, step);
    let promised = 0;
    for (let i = 0; i < size; i++) promised += step[i]! * gradient[i]!;
    if (!(promised > tolerance * squares)) break;
    if (steps >= 4 && squares - 20 * promised > hopeless) break;
    let inside = false;
    for (let scale = 1; scale > 1e-3 && !inside; scale /= 2) {
      for (let i = 0; i < size; i++) next[i] = x[i]! + (i < armaCount ? scale : 1) * step[i]!;
      setArma(arma, next);
      inside = rootsBeyond(arma, 1);
      if (!inside && damping > 0) break;
    }
    const trial = inside ? conditionalResiduals(arma, columns, next, armaCount, n, condition, work, work.trial) : NaN;
    if (trial < squares) {
      x.set(next);
      const residuals = work.residuals;
      work.residuals = work.trial;
      work.trial = residuals;
      const gain = squares - trial;
      steps++;
      near = gain < 2e-2 * squares && damping === 0;
      squares = trial;
      damping = damping > 1e-3 ? damping / 10 : 0;
      fresh = false;
      setArma(arma, x);
      strayed = rootLimit > 1 && !rootsBeyond(arma, rootLimit) ? strayed + 1 : 0;
      if (strayed >= 3) break;
      if (gain < tolerance * squares * 0.1) break;
    } else {
      damping = damping > 0 ? damping * 10 : 1e-2;
      if (damping > 1e6) break;
    }
  }
  setArma(arma, x);
  return { arma, beta: x.slice(armaCount), squares, count };
}

/** Coefficients moved towards zero until the model is stationary and invertible. */
function shrink(values: readonly number[], arma: Arma): Float64Array {
  let x = Float64Array.from(values);
  for (let i = 0; i < 40; i++) {
    setArma(arma, x);
    if (rootsBeyond(arma, 1 + 1e-6)) return x;
    x = x.map((value) => value * 0.9);
  }
  return x.fill(0);
}

/** Fills `e` with the residuals (zero before `condition`) and returns their sum of squares. */
function conditionalResiduals(
  { ar, ma, sar, sma, period }: Arma,
  columns: readonly Float64Array[],
  x: Float64Array,
  armaCount: number,
  n: number,
  condition: number,
  work: ConditionalWorkspace,
  e: Float64Array,
): number {
  e.set(withoutLinear(columns, x, armaCount, n, work));
  autoregress(e, n, ar, 1);
  autoregress(e, n, sar, period);
  for (let t = 0; t < condition; t++) e[t] = 0;
  recurse(e, n, sma, period, condition);
  recurse(e, n, ma, 1, condition);
  return dot(e, e, condition, n);
}

/** Minus the derivatives of the residuals at the point of the last `conditionalResiduals`, a column a coefficient. */
function fillJacobian(
  { ar, ma, sar, sma, period }: Arma,
  columns: readonly Float64Array[],
  x: Float64Array,
  armaCount: number,
  n: number,
  condition: number,
  work: ConditionalWorkspace,
): void {
  const { seasonal, plain, weights, residuals, jacobian } = work;
  const base = withoutLinear(columns, x, armaCount, n, work);
  const moving = ma.length + sma.length > 0;
  let c = 0;
  if (ar.length > 0) {
    seasonal.set(base);
    autoregress(seasonal, n, sar, period);
    const first = jacobian[c++]!;
    for (let t = condition; t < n; t++) first[t] = seasonal[t - 1]!;
    recurse(first, n, sma, period, condition);
    recurse(first, n, ma, 1, condition);
    if (ar.length > 1) {
      if (moving) {
        weights.fill(0, condition, n);
        weights[condition] = 1;
        recurse(weights, n, sma, period, condition);
        recurse(weights, n, ma, 1, condition);
      }
      for (let i = 1; i < ar.length; i++) {
        const before = jacobian[c - 1]!;
        const column = jacobian[c++]!;
        const entering = seasonal[condition - i - 1]!;
        column[condition] = entering;
        if (moving) for (let t = condition + 1; t < n; t++) column[t] = before[t - 1]! + weights[t]! * entering;
        else for (let t = condition + 1; t < n; t++) column[t] = before[t - 1]!;
      }
    }
  }
  if (ma.length > 0) {
    for (let t = condition; t < n; t++) plain[t] = residuals[t]!;
    recurse(plain, n, ma, 1, condition);
    for (let j = 1; j <= ma.length; j++) shift(plain, j, condition, n, jacobian[c++]!);
  }
  if (sar.length > 0) {
    seasonal.set(base);
    autoregress(seasonal, n, ar, 1);
    for (let i = 1; i <= sar.length; i++) {
      const column = jacobian[c++]!;
      for (let t = condition; t < n; t++) column[t] = seasonal[t - i * period]!;
      recurse(column, n, sma, period, condition);
      recurse(column, n, ma, 1, condition);
    }
  }
  if (sma.length > 0) {
    for (let t = condition; t < n; t++) plain[t] = residuals[t]!;
    recurse(plain, n, sma, period, condition);
    for (let j = 1; j <= sma.length; j++) shift(plain, j * period, condition, n, jacobian[c++]!);
  }
  // Signs: residuals fall with ar, ma, sar, sma and beta alike, so each column is minus its derivative; the AR
  // columns are derivatives −B^i(…), the MA ones −B^j(e/θ), the regressors' −filtered x.
  for (let j = 1; j < columns.length; j++) {
    const column = jacobian[c++]!;
    const from = columns[j]!;
    column.set(from);
    autoregress(column, n, ar, 1);
    autoregress(column, n, sar, period);
    recurse(column, n, sma, period, condition);
    recurse(column, n, ma, 1, condition);
  }
}

/** The series less its linear part. */
function withoutLinear(
  columns: readonly Float64Array[],
  x: Float64Array,
  armaCount: number,
  n: number,
  { base }: ConditionalWorkspace,
): Float64Array {
  const w = columns[0]!;
  if (columns.length === 1) return w;
  const first = columns[1]!;
  const slope = x[armaCount]!;
  for (let t = 0; t < n; t++) base[t] = w[t]! - slope * first[t]!;
  for (let j = 2; j < columns.length; j++) {
    const column = columns[j]!;
    const b = x[armaCount + j - 1]!;
    for (let t = 0; t < n; t++) base[t]! -= b * column[t]!;
  }
  return base;
}

function shift(from: Float64Array, by: number, condition: number, n: number, out: Float64Array): void {
  const start = Math.min(n, condition + by);
  for (let t = condition; t < start; t++) out[t] = 0;
  for (let t = start; t < n; t++) out[t] = from[t - by]!;
}

/** The normal matrix J'J and the gradient J'e; the gradient only if `keep`: near the optimum the matrix hardly changes. */
function fillNormal(work: ConditionalWorkspace, size: number, n: number, condition: number, keep = false): void {
  const { jacobian, residuals, normal, gradient, products } = work;
  for (let i = 0; i < size; i += 3) {
    const second = Math.min(i + 1, size - 1);
    const third = Math.min(i + 2, size - 1);
    products3(residuals, jacobian[i]!, jacobian[second]!, jacobian[third]!, condition, n, products);
    for (let c = 0; c < 3 && i + c < size; c++) gradient[i + c] = products[c]!;
  }
  if (keep) return;
  // Blocks of two rows by three columns: six sums in one pass, which do not wait for each other.
  for (let i = 0; i < size; i += 2) {
    const a = jacobian[i]!;
    const b = jacobian[Math.min(i + 1, size - 1)]!;
    const last = Math.min(i + 1, size - 1);
    for (let j = 0; j <= last; j += 3) {
      const second = Math.min(j + 1, size - 1);
      const third = Math.min(j + 2, size - 1);
      products6(a, b, jacobian[j]!, jacobian[second]!, jacobian[third]!, condition, n, products);
      for (let row = 0; row < 2 && i + row < size; row++)
        for (let column = 0; column < 3 && j + column < size; column++) {
          const value = products[3 * row + column]!;
          normal[(i + row) * size + j + column] = normal[(j + column) * size + i + row] = value;
        }
    }
  }
}

/** Least squares of the first column on the others. */
export function ordinaryLeastSquares(columns: readonly Float64Array[], n: number): Float64Array {
  const r = columns.length - 1;
  const beta = new Float64Array(r);
  const normal = new Float64Array(r * r);
  const inner = (a: Float64Array, b: Float64Array) => dot(a, b, 0, n);
  for (let i = 0; i < r; i++) {
    beta[i] = inner(columns[i + 1]!, columns[0]!);
    for (let j = 0; j <= i; j++) normal[i * r + j] = normal[j * r + i] = inner(columns[i + 1]!, columns[j + 1]!);
  }
  if (!cholesky(normal, r, normal)) return beta.fill(0);
  choleskySolve(normal, r, beta);
  return beta;
}

/** Information on the ARMA coefficients per unit of error variance, J'J of the zero-presample residuals at a point. */
export function conditionalInformation(
  arma: Arma,
  columns: readonly Float64Array[],
  beta: Float64Array,
  n: number,
  work: ConditionalWorkspace,
): Float64Array {
  const armaCount = arma.ar.length + arma.ma.length + arma.sar.length + arma.sma.length;
  const x = new Float64Array(armaCount + beta.length);
  x.set(beta, armaCount);
  const condition = arma.ar.length + arma.period * arma.sar.length;
  conditionalResiduals(arma, columns, x, armaCount, n, condition, work, work.residuals);
  fillJacobian(arma, columns, x, armaCount, n, condition, work);
  fillNormal(work, armaCount, n, condition);
  return work.normal.slice(0, armaCount * armaCount);
}
