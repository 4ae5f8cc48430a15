/**
 * The conditional sum of squares of a model on a series, with its Gauss–Newton approximation. A point is its coefficients in
 * the order ar, ma, sar, sma, regressors. Valid until the next is opened: they share their memory.
 */
export interface ConditionalSquares {
  /** J'J at the last point of `fillNormal`, by rows, and J'e. */
  readonly normal: Float64Array;
  readonly gradient: Float64Array;
  /** Returns the sum of squared residuals at x, after those the likelihood is conditional on. */
  trial(x: Float64Array): number;
  /** Takes the residuals of the last trial for those of the point. */
  accept(): void;
  /** Computes the gradient at x, the accepted point, and the normal matrix unless `keep`: near the optimum it hardly changes. */
  fillNormal(x: Float64Array, keep?: boolean): void;
  /** Returns the accepted residuals, n values. */
  residuals(): Float64Array;
}
