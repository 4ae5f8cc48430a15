import { dot } from "../../linalg/dot.ts";
import { autoregress, recurse, recurseBackward } from "../filter.ts";
import type { Arma } from "../polynomial.ts";
import { fillGram, projectBack } from "./exact-likelihood.ts";
import {
  type GradientBuffers,
  gradientBuffers,
  type LikelihoodBuffers,
  type LikelihoodWorkspace,
  likelihoodBuffers,
} from "./likelihood-workspace.ts";
import { addForwardDifferences, toCoordinateGradient } from "./partial-coordinates.ts";
import { fillPresample, presampleCovariance } from "./presample.ts";

/** Computes what `exactGradient` does, in TypeScript. */
export function plainGradient(
  x: Float64Array,
  arma: Arma,
  columns: readonly Float64Array[],
  work: LikelihoodWorkspace,
  out: Float64Array,
): void {
  const { ar, ma, sar, sma, period } = arma;
  const { n } = work;
  const buffers = gradientBuffers(work);
  const likelihood = likelihoodBuffers(work);
  const { solved, projected, gram } = likelihood;
  const { k, q } = likelihood.presample;
  const reach = Math.min(k, n);
  const { series, errors, filtered, adjoint } = buffers;
  const combined = (parts: readonly Float64Array[], length: number, to: Float64Array) => {
    const first = parts[0]!;
    for (let t = 0; t < length; t++) to[t] = first[t]!;
    for (let j = 1; j < parts.length; j++) {
      const b = work.beta[j - 1]!;
      const part = parts[j]!;
      for (let t = 0; t < length; t++) to[t]! -= b * part[t]!;
    }
    return to;
  };
  combined(columns, n, series);
  const nu = combined(solved, k, new Float64Array(k));
  const u = combined(projected, reach, new Float64Array(k));
  for (let i = 0; i < k; i++) {
    if (q === 0) u[i]! -= nu[i]!;
    else u[i]! -= dot(gram.subarray(i * k, i * k + k), nu, 0, k);
  }
  errors.set(series);
  autoregress(errors, n, ar, 1);
  autoregress(errors, n, sar, period);
  for (let a = 0; a < reach; a++) errors[a]! -= nu[a]!;
  recurse(errors, n, sma, period);
  recurse(errors, n, ma, 1);
  const raw = new Float64Array(x.length);
  const scale = n / work.squares;
  let at = 0;
  if (ar.length + sar.length > 0) {
    adjoint.set(errors);
    recurseBackward(adjoint, n, ma, 1);
    recurseBackward(adjoint, n, sma, period);
  }
  const products = (other: Float64Array, count: number, lag: number, weight: Float64Array) => {
    for (let i = 1; i <= count; i++) {
      const by = Math.min(n, i * lag);
      raw[at++] = -scale * dot(weight.subarray(by), other, 0, n - by);
    }
  };
  if (ar.length > 0) {
    filtered.set(series);
    autoregress(filtered, n, sar, period);
    products(filtered, ar.length, 1, adjoint);
  }
  if (ma.length > 0) {
    filtered.set(errors);
    recurse(filtered, n, ma, 1);
    products(filtered, ma.length, 1, errors);
  }
  if (sar.length > 0) {
    filtered.set(series);
    autoregress(filtered, n, ar, 1);
    products(filtered, sar.length, period, adjoint);
  }
  if (sma.length > 0) {
    filtered.set(errors);
    recurse(filtered, n, sma, period);
    products(filtered, sma.length, period, errors);
  }
  out.set(toCoordinateGradient(x, arma, raw));
  fillWeights(likelihood, buffers, u, scale);
  addDifferences(x, arma, likelihood, buffers, out);
}

/** Computes the matrices with which changes of V and of M weigh: M N − (n/S) u u' and N V. */
function fillWeights(
  { presample, system, pivots, covariance, gram }: LikelihoodBuffers,
  { inverse, covarianceWeight, gramWeight }: GradientBuffers,
  u: Float64Array,
  scale: number,
): void {
  const { k, q } = presample;
  // Row by row of the inverse's transpose: the factors are applied to all right-hand sides at once.
  inverse.fill(0, 0, k * k);
  for (let i = 0; i < k; i++) inverse[i * k + i] = 1;
  for (let i = 0; i < k; i++) {
    const pivot = pivots[i]!;
    if (pivot === i) continue;
    for (let j = 0; j < k; j++) {
      const value = inverse[i * k + j]!;
      inverse[i * k + j] = inverse[pivot * k + j]!;
      inverse[pivot * k + j] = value;
    }
  }
  for (let r = 1; r < k; r++)
    for (let i = 0; i < r; i++) {
      const factor = system[r * k + i]!;
      if (factor !== 0) for (let j = 0; j < k; j++) inverse[r * k + j]! -= factor * inverse[i * k + j]!;
    }
  for (let r = k - 1; r >= 0; r--) {
    for (let i = r + 1; i < k; i++) {
      const factor = system[r * k + i]!;
      if (factor !== 0) for (let j = 0; j < k; j++) inverse[r * k + j]! -= factor * inverse[i * k + j]!;
    }
    const diagonal = system[r * k + r]!;
    for (let j = 0; j < k; j++) inverse[r * k + j]! /= diagonal;
  }
  if (q > 0) {
    product(gram, inverse, k, covarianceWeight);
    product(inverse, covariance, k, gramWeight);
  } else for (let i = 0; i < k * k; i++) covarianceWeight[i] = inverse[i]!;
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) covarianceWeight[i * k + j]! -= scale * u[i]! * u[j]!;
}

/** Computes the product of two matrices that is known to be symmetric. */
function product(a: Float64Array, b: Float64Array, k: number, out: Float64Array): void {
  out.fill(0, 0, k * k);
  for (let i = 0; i < k; i++)
    for (let l = 0; l < k; l++) {
      const value = a[i * k + l]!;
      if (value !== 0) for (let j = i; j < k; j++) out[i * k + j]! += value * b[l * k + j]!;
    }
  for (let i = 1; i < k; i++) for (let j = 0; j < i; j++) out[i * k + j] = out[j * k + i]!;
}

/** Adds the parts that go through V and M, by forward differences of those matrices. */
function addDifferences(
  x: Float64Array,
  arma: Arma,
  likelihood: LikelihoodBuffers,
  buffers: GradientBuffers,
  out: Float64Array,
): void {
  const n = likelihood.back.length;
  const { k, q } = likelihood.presample;
  const { presample, covariance, gram, impulse, covarianceWeight, gramWeight } = buffers;
  addForwardDifferences(x, arma, out, (isMovingAverage) => {
    let sum = 0;
    if (fillPresample(arma, presample)) {
      presampleCovariance(presample, covariance);
      for (let j = 0; j < k * k; j++) sum += covarianceWeight[j]! * (covariance[j]! - likelihood.covariance[j]!);
    }
    if (isMovingAverage && q > 0) {
      impulse.fill(0);
      impulse[0] = 1;
      recurse(impulse, n, arma.sma, arma.period);
      recurse(impulse, n, arma.ma, 1);
      projectBack(impulse, arma, Math.min(k, n), buffers.filtered, gram);
      fillGram(gram, impulse, n, k);
      for (let j = 0; j < k * k; j++) sum += gramWeight[j]! * (gram[j]! - likelihood.gram[j]!);
    }
    return sum;
  });
}
