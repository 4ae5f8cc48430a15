import { createPresample, type Presample } from "./presample.ts";

/** Buffers of the gradient in TypeScript. */
export interface GradientBuffers {
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

/** Buffers of the exact likelihood in TypeScript. */
export interface LikelihoodBuffers {
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
  gradient: GradientBuffers | undefined;
}

/** Results of the last exact likelihood of a series, with the buffers that were needed. Made once per series and order. */
export interface LikelihoodWorkspace {
  /** Values a column, the most lags the polynomials may reach, and the columns: the series, then its regressors. */
  readonly n: number;
  readonly reach: number;
  readonly count: number;
  /** Regression coefficients of the columns after the first, and their normal matrix X'Ω⁻¹X (σ² = 1). */
  readonly beta: Float64Array;
  readonly normal: Float64Array;
  /** Generalised sum of squares, and the logarithm of the covariance's determinant (σ² = 1), of the last call. */
  squares: number;
  logDeterminant: number;
  buffers: LikelihoodBuffers | undefined;
}

/** Returns a workspace for `count` columns (the series, then its regressors) of n values, and polynomials reaching at most `reach` lags. */
export function createLikelihoodWorkspace(n: number, reach: number, count: number): LikelihoodWorkspace {
  return {
    n,
    reach,
    count,
    beta: new Float64Array(count - 1),
    normal: new Float64Array((count - 1) * (count - 1)),
    squares: 0,
    logDeterminant: 0,
    buffers: undefined,
  };
}

/** Returns the buffers of the likelihood in TypeScript, made at the first call. */
export function likelihoodBuffers(work: LikelihoodWorkspace): LikelihoodBuffers {
  const { n, reach, count } = work;
  const columns = (length: number) => Array.from({ length: count }, () => new Float64Array(length));
  work.buffers ??= {
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
    gradient: undefined,
  };
  return work.buffers;
}

/** Returns the buffers of the gradient in TypeScript, made at the first call. */
export function gradientBuffers(work: LikelihoodWorkspace): GradientBuffers {
  const { n, reach } = work;
  const buffers = likelihoodBuffers(work);
  const series = () => new Float64Array(n);
  const square = () => new Float64Array(reach * reach);
  buffers.gradient ??= {
    series: series(),
    errors: series(),
    filtered: series(),
    adjoint: series(),
    impulse: new Float64Array(n + 1),
    presample: createPresample(reach),
    covariance: square(),
    gram: square(),
    inverse: square(),
    covarianceWeight: square(),
    gramWeight: square(),
  };
  return buffers.gradient;
}
