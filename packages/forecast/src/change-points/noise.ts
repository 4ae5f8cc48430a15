import { median } from "../stats/median.ts";

/** The noise of a series, whatever its level does. */
export interface Noise {
  /** Marginal variance. */
  readonly variance: number;
  /** At lag 1, in [0, 0.95]. */
  readonly autocorrelation: number;
}

/**
 * Returns the variance and lag-1 autocorrelation of first-order autoregressive noise about a level with few changes,
 * from the median sizes of differences at lags 1 and 2: Var(y_t - y_{t-k}) = 2 σ² (1 - ρᵏ). Where more than half of the
 * differences are 0, mean squares stand in for medians.
 *
 * @see Chakar, Lebarbier, Lévy-Leduc & Robin (2017), "A robust approach for estimating change-points in the mean of an
 *   AR(1) process", Bernoulli 23(2)
 */
export function noiseOf(x: Float64Array): Noise {
  if (x.length < 4) return { variance: 0, autocorrelation: 0 };
  const one = differenceVariance(x, 1);
  const two = differenceVariance(x, 2);
  const autocorrelation = one > 0 ? Math.min(0.95, Math.max(0, two / one - 1)) : 0;
  return { variance: one / (2 * (1 - autocorrelation)), autocorrelation };
}

function differenceVariance(x: Float64Array, lag: number): number {
  const differences = x.slice(lag);
  for (let t = 0; t < differences.length; t++) differences[t]! -= x[t]!;
  const centre = median(differences);
  const sizes = differences.map((value) => Math.abs(value - centre));
  const spread = 1.482602218505602 * median(sizes);
  return spread > 0 ? spread * spread : sizes.reduce((sum, size) => sum + size * size, 0) / sizes.length;
}
