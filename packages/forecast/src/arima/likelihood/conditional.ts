import { cholesky, choleskySolve } from "../../linalg/cholesky.ts";
import { dot } from "../../linalg/dot.ts";
import { type Arma, type ArmaOrder, armaVector, orderOf, rootsBeyond, setArma, zeroArma } from "../polynomial.ts";
import { type ConditionalWorkspace, withoutLinear } from "./conditional-residuals.ts";
import { openSquares } from "./open-squares.ts";

/** A conditional least squares fit. */
export interface ConditionalFit {
  readonly arma: Arma;
  /** Coefficients of the regressors. */
  readonly beta: Float64Array;
  /** Sum of squared residuals after the first `condition` or `compareFrom`, and how many residuals that are. */
  readonly squares: number;
  readonly count: number;
}

/** Settings of `fitConditional`. */
export interface ConditionalOptions {
  /** Start of the coefficients; zeros (and least squares for the regressors) when left out. */
  readonly start?: { readonly arma: Arma; readonly beta: Float64Array } | undefined;
  /** Stops when a step would lower the sum of squares by less than this fraction. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
  /** Gives up after three steps in a row with roots nearer to zero than this; default 1. */
  readonly rootLimit?: number;
  /** Gives up after a few steps when the sum of squares, less some times what the next promises, is above this. */
  readonly hopeless?: number;
  /** The first residual that the fit's sum of squares counts, so that fits of several orders can be compared. */
  readonly compareFrom?: number;
}

/**
 * Fits an ARMA model with linear regressors by conditional least squares: minimises the sum of squared residuals
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
  work: ConditionalWorkspace,
  {
    start,
    tolerance = 1e-8,
    maxSteps = 50,
    rootLimit = 1,
    hopeless = Infinity,
    compareFrom = 0,
  }: ConditionalOptions = {},
): ConditionalFit | undefined {
  const { n } = work;
  const condition = order.p + order.period * order.P;
  const armaCount = order.p + order.q + order.P + order.Q;
  const size = armaCount + columns.length - 1;
  const count = n - condition;
  if (count <= size) return undefined;
  const x = new Float64Array(size);
  const beta = x.subarray(armaCount);
  const next = new Float64Array(size);
  const step = new Float64Array(size);
  const arma = zeroArma(order);
  if (start === undefined) {
    beta.set(ordinaryLeastSquares(columns, n));
  } else {
    x.set(shrink(armaVector(start.arma), arma));
    beta.set(start.beta);
  }
  setArma(arma, x);
  const sum = openSquares(order, columns, work);
  let squares = sum.trial(x);
  sum.accept();
  const { normal, gradient } = sum;
  const factor = new Float64Array(size * size);
  let damping = 0;
  let fresh = false;
  let strayed = 0;
  let steps = 0;
  let near = false;
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    if (!fresh) {
      sum.fillNormal(x, near);
      fresh = true;
    }
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) factor[i * size + j] = normal[i * size + j]!;
      factor[i * size + i]! +=
        damping * normal[i * size + i]! + 1e-12 * (i < armaCount ? squares : normal[i * size + i]!);
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
    const trial = inside ? sum.trial(next) : NaN;
    if (trial < squares) {
      x.set(next);
      sum.accept();
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
  if (compareFrom > condition) {
    const residuals = sum.residuals();
    squares = dot(residuals, residuals, compareFrom, n);
    return { arma, beta: beta.slice(), squares, count: n - compareFrom };
  }
  return { arma, beta: beta.slice(), squares, count };
}

/** Returns coefficients moved towards zero until the model is stationary and invertible. */
function shrink(values: Float64Array, arma: Arma): Float64Array {
  let x = values;
  for (let i = 0; i < 40; i++) {
    setArma(arma, x);
    if (rootsBeyond(arma, 1 + 1e-6)) return x;
    x = x.map((value) => value * 0.9);
  }
  return x.fill(0);
}

/** Returns the least squares of the first column on the others. */
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

/**
 * Returns the information on the ARMA coefficients per unit of error variance, J'J of the zero-presample residuals at a
 * point, with those residuals.
 */
export function conditionalInformation(
  arma: Arma,
  columns: readonly Float64Array[],
  beta: Float64Array,
  work: ConditionalWorkspace,
): { readonly information: Float64Array; readonly residuals: Float64Array } {
  const x = armaVector(arma);
  const series = withoutLinear(columns, beta, new Float64Array(columns.length > 1 ? work.n : 0));
  const sum = openSquares(orderOf(arma), [series], work);
  sum.trial(x);
  sum.accept();
  sum.fillNormal(x);
  return { information: sum.normal.slice(0, x.length * x.length), residuals: sum.residuals() };
}
