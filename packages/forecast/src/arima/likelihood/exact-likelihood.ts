import { dot } from "../../linalg/dot.ts";
import { solveNormal } from "../../linalg/normal-equations.ts";
import { autoregress, recurse, recurseBackward } from "../filter.ts";
import type { Arma } from "../polynomial.ts";
import { createPresample, fillPresample, type Presample, presampleCovariance } from "./presample.ts";

/** Buffers of `exactGradient`. */
export interface GradientWorkspace {
  readonly series: Float64Array;
  readonly errors: Float64Array;
  readonly filtered: Float64Array;
  readonly adjoint: Float64Array;
  readonly impulse: Float64Array;
  readonly presample: Presample;
  readonly covariance: Float64Array;
  readonly gram: Float64Array;
  readonly inverse: Float64Array;
  readonly covarianceWeight: Float64Array;
  readonly gramWeight: Float64Array;
}

/** Buffers of `exactLikelihood`, made once per series and order, and what its last call found. */
export interface LikelihoodWorkspace {
  /** Values a column, and the most lags the polynomials may reach. */
  readonly n: number;
  readonly reach: number;
  readonly presample: Presample;
  /** The conditional residuals of each column, from zeros before the sample. */
  readonly residuals: readonly Float64Array[];
  readonly impulse: Float64Array;
  readonly back: Float64Array;
  readonly covariance: Float64Array;
  readonly gram: Float64Array;
  /** I + V H'H, as its triangular factors with the rows exchanged as `pivots` says. */
  readonly system: Float64Array;
  readonly pivots: Int32Array;
  /** H'e0 and (I + V H'H)⁻¹ V H'e0, k values a column. */
  readonly projected: readonly Float64Array[];
  readonly solved: readonly Float64Array[];
  /** Regression coefficients of the columns after the first, and their normal matrix X'Ω⁻¹X (σ² = 1). */
  readonly beta: Float64Array;
  readonly normal: Float64Array;
  /** Generalised sum of squares, and the logarithm of the covariance's determinant (σ² = 1), of the last call. */
  squares: number;
  logDeterminant: number;
  /** Buffers of `exactGradient`, once it was asked for. */
  gradient: GradientWorkspace | undefined;
}

/** Returns buffers for `count` columns (the series, then its regressors) of n values, and polynomials reaching at most `reach` lags. */
export function createLikelihoodWorkspace(n: number, reach: number, count: number): LikelihoodWorkspace {
  const columns = (length: number) => Array.from({ length: count }, () => new Float64Array(length));
  return {
    n,
    reach,
    presample: createPresample(reach),
    residuals: columns(n),
    impulse: new Float64Array(n + 1),
    back: new Float64Array(n),
    covariance: new Float64Array(reach * reach),
    gram: new Float64Array(reach * reach),
    system: new Float64Array(reach * reach),
    pivots: new Int32Array(reach),
    projected: columns(reach),
    solved: columns(reach),
    beta: new Float64Array(count - 1),
    normal: new Float64Array((count - 1) * (count - 1)),
    squares: 0,
    logDeterminant: 0,
    gradient: undefined,
  };
}

/**
 * Returns the exact Gaussian log-likelihood of a stationary, invertible ARMA series without missing values, with the
 * innovation variance and the coefficients of linear regressors at their best values given the ARMA coefficients
 * (concentrated).
 *
 * With zero presample the conditional residuals are e0; the true ones are e = e0 − H nu, where nu are the k = max(p, q)
 * presample forcings and H the first k columns of the lower-triangular Toeplitz matrix of the weights of 1/theta(B).
 * With nu ~ (0, σ² V) integrated out, −2 log L = n log(2πσ²) + log|I + V H'H| + S/σ² and
 * S = e0'e0 − e0'H (I + V H'H)⁻¹ V H'e0. H'x is the filter run backwards in time, so nothing costs more than O(n) a
 * coefficient and O(k³). This is the back-forecasting likelihood, with its determinant.
 *
 * @param columns - the differenced series, then differenced regressors
 * @returns the log-likelihood; −Infinity where the model is not stationary or the series is fitted exactly
 * @see Box, Jenkins & Reinsel (1994), §7.1.4 and appendix A7.3; Harvey (1981), Time Series Models, ch. 5, for the state
 */
export function exactLikelihood(arma: Arma, columns: readonly Float64Array[], work: LikelihoodWorkspace): number {
  const { ar, ma, sar, sma, period } = arma;
  const { n, presample, residuals, projected } = work;
  if (!fillPresample(arma, presample)) return -Infinity;
  const { k, q } = presample;
  const reach = Math.min(k, n);
  for (let j = 0; j < columns.length; j++) {
    const e = residuals[j]!;
    e.set(columns[j]!);
    autoregress(e, n, ar, 1);
    autoregress(e, n, sar, period);
    recurse(e, n, sma, period);
    recurse(e, n, ma, 1);
    if (k === 0) continue;
    projectBack(e, arma, reach, work.back, projected[j]!);
  }
  work.logDeterminant = 0;
  if (k > 0) {
    const { covariance, gram, impulse } = work;
    presampleCovariance(presample, covariance);
    if (q > 0) {
      impulse.fill(0);
      impulse[0] = 1;
      recurse(impulse, n, sma, period);
      recurse(impulse, n, ma, 1);
      projectBack(impulse, arma, reach, work.back, gram);
      fillGram(gram, impulse, n, k);
    }
    const determinant = solveSystem(work, k, q > 0, columns.length);
    if (!(determinant > -Infinity)) return -Infinity;
    work.logDeterminant = determinant;
  }
  work.squares = regress(work, reach, columns.length);
  if (!(work.squares > 0)) return -Infinity;
  return (-n / 2) * (Math.log((2 * Math.PI * work.squares) / n) + 1) - work.logDeterminant / 2;
}

/** Computes the first `reach` values of H'x: x filtered backwards by the moving-average side, in the n values of `back`. */
export function projectBack(x: Float64Array, arma: Arma, reach: number, back: Float64Array, out: Float64Array): void {
  if (arma.ma.length + arma.sma.length === 0) {
    for (let a = 0; a < reach; a++) out[a] = x[a]!;
    return;
  }
  const n = back.length;
  for (let t = 0; t < n; t++) back[t] = x[t]!;
  recurseBackward(back, n, arma.ma, 1);
  recurseBackward(back, n, arma.sma, arma.period);
  for (let a = 0; a < reach; a++) out[a] = back[a]!;
}

/** Fills H'H below its first row by M[i][j] = M[i−1][j−1] − pi[n−i] pi[n−j]. */
export function fillGram(gram: Float64Array, impulse: Float64Array, n: number, k: number): void {
  for (let j = n; j < k; j++) gram[j] = 0;
  for (let i = 1; i < k; i++) {
    const last = n - i >= 0 ? impulse[n - i]! : 0;
    for (let j = i; j < k; j++)
      gram[i * k + j] = gram[(i - 1) * k + j - 1]! - (n - j >= 0 ? last * impulse[n - j]! : 0);
  }
  for (let i = 1; i < k; i++) for (let j = 0; j < i; j++) gram[i * k + j] = gram[j * k + i]!;
}

/** Solves (I + V M) x = V c for every column's c, and returns log|I + V M|. Gaussian elimination with pivoting. */
function solveSystem(work: LikelihoodWorkspace, k: number, moving: boolean, count: number): number {
  const { system, covariance, gram, projected, solved, pivots } = work;
  if (moving) {
    for (let i = 0; i < k; i++) {
      const to = i * k;
      for (let j = 0; j < k; j++) system[to + j] = 0;
      system[to + i] = 1;
      for (let l = 0; l < k; l++) {
        const value = covariance[to + l]!;
        if (value === 0) continue;
        const from = l * k;
        for (let j = 0; j < k; j++) system[to + j]! += value * gram[from + j]!;
      }
    }
  } else {
    for (let i = 0; i < k * k; i++) system[i] = covariance[i]!;
    for (let i = 0; i < k; i++) system[i * k + i]! += 1;
  }
  for (let c = 0; c < count; c++) {
    const from = projected[c]!;
    const to = solved[c]!;
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += covariance[i * k + l]! * from[l]!;
      to[i] = sum;
    }
  }
  let logDeterminant = 0;
  for (let i = 0; i < k; i++) {
    let pivot = i;
    for (let r = i + 1; r < k; r++) if (Math.abs(system[r * k + i]!) > Math.abs(system[pivot * k + i]!)) pivot = r;
    pivots[i] = pivot;
    if (pivot !== i) {
      for (let j = 0; j < k; j++) {
        const value = system[i * k + j]!;
        system[i * k + j] = system[pivot * k + j]!;
        system[pivot * k + j] = value;
      }
      for (let c = 0; c < count; c++) {
        const x = solved[c]!;
        const value = x[i]!;
        x[i] = x[pivot]!;
        x[pivot] = value;
      }
    }
    const diagonal = system[i * k + i]!;
    logDeterminant += Math.log(Math.abs(diagonal));
    for (let r = i + 1; r < k; r++) {
      const factor = system[r * k + i]! / diagonal;
      system[r * k + i] = factor;
      if (factor === 0) continue;
      const to = r * k;
      const from = i * k;
      for (let j = i + 1; j < k; j++) system[to + j]! -= factor * system[from + j]!;
      for (let c = 0; c < count; c++) solved[c]![r]! -= factor * solved[c]![i]!;
    }
  }
  for (let c = 0; c < count; c++) {
    const x = solved[c]!;
    for (let i = k - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let j = i + 1; j < k; j++) sum -= system[i * k + j]! * x[j]!;
      x[i] = sum / system[i * k + i]!;
    }
  }
  return logDeterminant;
}

/** Returns the generalised least squares of the first column on the others; the sum of squares that is left. */
function regress(work: LikelihoodWorkspace, reach: number, count: number): number {
  const { n, residuals, projected, solved } = work;
  const inner = (i: number, j: number) => {
    let sum = dot(residuals[i]!, residuals[j]!, 0, n);
    const c = projected[i]!;
    const d = solved[j]!;
    for (let a = 0; a < reach; a++) sum -= c[a]! * d[a]!;
    return sum;
  };
  const squares = inner(0, 0);
  const r = count - 1;
  if (r === 0) return squares;
  const { normal, beta } = work;
  for (let i = 0; i < r; i++) {
    beta[i] = inner(i + 1, 0);
    for (let j = 0; j <= i; j++) normal[i * r + j] = normal[j * r + i] = inner(i + 1, j + 1);
  }
  return squares - solveNormal(normal, beta, r);
}
