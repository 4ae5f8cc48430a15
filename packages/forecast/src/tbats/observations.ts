/** The observations of a fit, and their Box–Cox transform scaled so that sums of squares of any λ compare. */
export interface Observations {
  /** NaN where missing. */
  readonly y: Float64Array;
  /** The number of values that are not missing. */
  readonly nobs: number;
  /** A sum of squares that counts as a perfect fit: errors of 1e-10 of the largest value. */
  readonly floor: number;
  /** True if they can be transformed: all are positive, and not so far apart that powers overflow. */
  readonly transformable: boolean;
  /**
   * Computes z = G ((y / G)^λ − 1) / λ, or G log(y / G), G the geometric mean: of its sum of squared errors, n times the logarithm
   * is n log SSE − 2 (λ − 1) Σ log y of the plain transform.
   */
  transform(lambda: number, z: Float64Array): void;
  /** Computes the derivative of z with respect to λ. */
  transformDerivative(lambda: number, out: Float64Array): void;
}

/** Logarithms that reach farther than this from their mean are not fitted: their forecasts could overflow. */
const FARTHEST = 25;

/** Prepares observations for fits of any form. */
export function observe(y: Float64Array, nobs: number): Observations {
  const n = y.length;
  const largest = y.reduce((most, value) => (value === value ? Math.max(most, Math.abs(value)) : most), 0);
  let transformable = !y.some((value) => value <= 0);
  const logs = transformable ? y.map(Math.log) : y;
  const mean = logs.reduce((sum, value) => (value === value ? sum + value : sum), 0) / nobs;
  if (transformable)
    for (let t = 0; t < n; t++) {
      logs[t]! -= mean;
      if (Math.abs(logs[t]!) > FARTHEST) transformable = false;
    }
  const scale = transformable ? Math.exp(mean) : NaN;
  return {
    y,
    nobs,
    floor: Math.max(Number.MIN_VALUE, nobs * (1e-10 * largest) ** 2),
    transformable,
    transform(lambda, z) {
      if (Math.abs(lambda) < 1e-9) for (let t = 0; t < n; t++) z[t] = scale * logs[t]!;
      else for (let t = 0; t < n; t++) z[t] = (scale * Math.expm1(lambda * logs[t]!)) / lambda;
    },
    transformDerivative(lambda, out) {
      for (let t = 0; t < n; t++) {
        const log = logs[t]!;
        const u = lambda * log;
        // Near 0 the difference cancels.
        out[t] =
          Math.abs(u) < 1e-3
            ? scale * log * log * (1 / 2 + u / 3 + (u * u) / 8)
            : (scale * (u * Math.exp(u) - Math.expm1(u))) / (lambda * lambda);
      }
    },
  };
}
