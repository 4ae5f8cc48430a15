import { dot, products3, products6 } from "../../linalg/dot.ts";
import { autoregress, recurse } from "../filter.ts";
import { type Arma, type ArmaOrder, setArma, zeroArma } from "../polynomial.ts";
import type { ConditionalSquares } from "./conditional-squares.ts";

/** Buffers of the conditional sum of squares in TypeScript, for series of n values; made when first needed. */
export interface ConditionalWorkspace {
  readonly n: number;
  buffers: Buffers | undefined;
}

interface Buffers {
  readonly base: Float64Array;
  readonly seasonal: Float64Array;
  readonly plain: Float64Array;
  readonly weights: Float64Array;
  residuals: Float64Array;
  trial: Float64Array;
  readonly jacobian: readonly Float64Array[];
  readonly normal: Float64Array;
  readonly gradient: Float64Array;
  readonly products: Float64Array;
}

/** Returns a workspace without buffers. */
export function createConditionalWorkspace(n: number): ConditionalWorkspace {
  return { n, buffers: undefined };
}

/** Returns the buffers for at least `parameters` coefficients. */
function buffersFor(work: ConditionalWorkspace, parameters: number): Buffers {
  const have = work.buffers?.jacobian.length ?? -1;
  if (work.buffers !== undefined && have >= parameters) return work.buffers;
  const most = Math.max(parameters, have + 4);
  const column = () => new Float64Array(work.n);
  work.buffers = {
    base: column(),
    seasonal: column(),
    plain: column(),
    weights: column(),
    residuals: column(),
    trial: column(),
    jacobian: Array.from({ length: most }, column),
    normal: new Float64Array(most * most),
    gradient: new Float64Array(most),
    products: new Float64Array(6),
  };
  return work.buffers;
}

/** Returns the conditional sum of squares of a series, computed in TypeScript. */
export function plainSquares(
  order: ArmaOrder,
  columns: readonly Float64Array[],
  work: ConditionalWorkspace,
): ConditionalSquares {
  const arma = zeroArma(order);
  const coefficients = order.p + order.q + order.P + order.Q;
  const size = coefficients + columns.length - 1;
  const buffers = buffersFor(work, size);
  const condition = conditionOf(arma);
  const point = (x: Float64Array) => {
    setArma(arma, x);
    return x.subarray(coefficients);
  };
  return {
    normal: buffers.normal,
    gradient: buffers.gradient,
    trial: (x) => conditionalResiduals(arma, columns, point(x), buffers),
    accept: () => {
      const last = buffers.residuals;
      buffers.residuals = buffers.trial;
      buffers.trial = last;
    },
    fillNormal: (x, keep = false) => {
      fillJacobian(arma, columns, point(x), buffers);
      fillNormal(buffers, size, condition, keep);
    },
    residuals: () => buffers.residuals,
  };
}

/**
 * Returns the number of values that the likelihood is conditional on: those that the autoregressive side reaches back
 * to.
 */
function conditionOf({ ar, sar, period }: Arma): number {
  return ar.length + period * sar.length;
}

/**
 * Fills the trial's residuals (zero for the values that are given) and returns their sum of squares.
 *
 * @param columns - the differenced series, then the differenced regressors, of which `beta` has the coefficients
 */
function conditionalResiduals(
  arma: Arma,
  columns: readonly Float64Array[],
  beta: Float64Array,
  { base, trial: e }: Buffers,
): number {
  const { ar, ma, sar, sma, period } = arma;
  const n = e.length;
  const condition = conditionOf(arma);
  e.set(withoutLinear(columns, beta, base));
  autoregress(e, n, ar, 1);
  autoregress(e, n, sar, period);
  for (let t = 0; t < condition; t++) e[t] = 0;
  recurse(e, n, sma, period, condition);
  recurse(e, n, ma, 1, condition);
  return dot(e, e, condition, n);
}

/** Computes minus the derivatives of the residuals at the accepted point, a column a coefficient. */
function fillJacobian(arma: Arma, columns: readonly Float64Array[], beta: Float64Array, buffers: Buffers): void {
  const { ar, ma, sar, sma, period } = arma;
  const { seasonal, plain, weights, residuals, jacobian } = buffers;
  const n = residuals.length;
  const condition = conditionOf(arma);
  const base = withoutLinear(columns, beta, buffers.base);
  const moving = ma.length + sma.length > 0;
  const steady = columns.length > 1 && isLevel(columns[1]!, n);
  if (moving && (ar.length > 1 || steady)) {
    weights.fill(0, condition, n);
    weights[condition] = 1;
    recurse(weights, n, sma, period, condition);
    recurse(weights, n, ma, 1, condition);
  }
  let c = 0;
  if (ar.length > 0) {
    seasonal.set(base);
    autoregress(seasonal, n, sar, period);
    const first = jacobian[c++]!;
    for (let t = condition; t < n; t++) first[t] = seasonal[t - 1]!;
    recurse(first, n, sma, period, condition);
    recurse(first, n, ma, 1, condition);
    if (ar.length > 1) {
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
    if (j === 1 && steady) {
      // A mean, or a differenced drift: the moving sums are one number, and the recursion adds its weights up.
      let value = from[0]!;
      value -= value * ar.reduce((sum, a) => sum + a, 0);
      value -= value * sar.reduce((sum, a) => sum + a, 0);
      let total = 0;
      if (moving) for (let t = condition; t < n; t++) column[t] = value * (total += weights[t]!);
      else column.fill(value, condition, n);
      continue;
    }
    column.set(from);
    autoregress(column, n, ar, 1);
    autoregress(column, n, sar, period);
    recurse(column, n, sma, period, condition);
    recurse(column, n, ma, 1, condition);
  }
}

/** Returns the series less its linear part: itself without regressors, else in `base`. */
export function withoutLinear(columns: readonly Float64Array[], beta: Float64Array, base: Float64Array): Float64Array {
  const w = columns[0]!;
  const n = w.length;
  if (columns.length === 1) return w;
  const first = columns[1]!;
  const slope = beta[0]!;
  for (let t = 0; t < n; t++) base[t] = w[t]! - slope * first[t]!;
  for (let j = 2; j < columns.length; j++) {
    const column = columns[j]!;
    const b = beta[j - 1]!;
    for (let t = 0; t < n; t++) base[t]! -= b * column[t]!;
  }
  return base;
}

function shift(from: Float64Array, by: number, condition: number, n: number, out: Float64Array): void {
  const start = Math.min(n, condition + by);
  for (let t = condition; t < start; t++) out[t] = 0;
  for (let t = start; t < n; t++) out[t] = from[t - by]!;
}

/** Computes the normal matrix J'J and the gradient J'e of the first `size` coefficients; the gradient only if `keep`. */
function fillNormal(buffers: Buffers, size: number, condition: number, keep: boolean): void {
  const { residuals, normal, gradient, products } = buffers;
  const jacobian = buffers.jacobian.slice(0, size);
  const blocks = { rows: jacobian, columns: jacobian, from: condition, to: residuals.length, out: products };
  for (let i = 0; i < size; i += 3) {
    products3(residuals, blocks, i);
    for (let c = 0; c < 3 && i + c < size; c++) gradient[i + c] = products[c]!;
  }
  if (keep) return;
  // Blocks of two rows by three columns: six sums in one pass, which do not wait for each other.
  for (let i = 0; i < size; i += 2)
    for (let j = 0; j <= Math.min(i + 1, size - 1); j += 3) {
      products6(blocks, i, j);
      for (let row = 0; row < 2 && i + row < size; row++)
        for (let column = 0; column < 3 && j + column < size; column++) {
          const value = products[3 * row + column]!;
          normal[(i + row) * size + j + column] = normal[(j + column) * size + i + row] = value;
        }
    }
}

/** Returns true if the first n values are all the same. */
function isLevel(x: Float64Array, n: number): boolean {
  const first = x[0]!;
  for (let t = 1; t < n; t++) if (x[t] !== first) return false;
  return true;
}
