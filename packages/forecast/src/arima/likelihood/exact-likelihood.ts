import { dot } from "../../linalg/dot.ts";
import { solveNormal } from "../../linalg/normal-equations.ts";
import { autoregress, recurse, recurseBackward } from "../filter.ts";
import type { Arma } from "../polynomial.ts";
import { type LikelihoodBuffers, type LikelihoodWorkspace, likelihoodBuffers } from "./likelihood-workspace.ts";
import { fillPresample, presampleCovariance } from "./presample.ts";

/** Returns what `exactLikelihood` does, in TypeScript. */
export function plainLikelihood(arma: Arma, columns: readonly Float64Array[], work: LikelihoodWorkspace): number {
  const { ar, ma, sar, sma, period } = arma;
  const { n } = work;
  const buffers = likelihoodBuffers(work);
  const { presample, residuals, projected, back } = buffers;
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
    projectBack(e, arma, reach, back, projected[j]!);
  }
  work.logDeterminant = 0;
  if (k > 0) {
    const { covariance, gram, impulse } = buffers;
    presampleCovariance(presample, covariance);
    if (q > 0) {
      impulse.fill(0);
      impulse[0] = 1;
      recurse(impulse, n, sma, period);
      recurse(impulse, n, ma, 1);
      projectBack(impulse, arma, reach, back, gram);
      fillGram(gram, impulse, n, k);
    }
    const determinant = solveSystem(buffers, k, q > 0, columns.length);
    if (!(determinant > -Infinity)) return -Infinity;
    work.logDeterminant = determinant;
  }
  work.squares = regress(work, buffers, reach);
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
function solveSystem(
  { system, covariance, gram, projected, solved, pivots }: LikelihoodBuffers,
  k: number,
  moving: boolean,
  count: number,
): number {
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
function regress(
  { n, count, normal, beta }: LikelihoodWorkspace,
  { residuals, projected, solved }: LikelihoodBuffers,
  reach: number,
): number {
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
  for (let i = 0; i < r; i++) {
    beta[i] = inner(i + 1, 0);
    for (let j = 0; j <= i; j++) normal[i * r + j] = normal[j * r + i] = inner(i + 1, j + 1);
  }
  return squares - solveNormal(normal, beta, r);
}
