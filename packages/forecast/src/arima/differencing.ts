import { isConstant } from "../stats/constant.ts";
import { difference } from "../time/difference.ts";

/** Orders of differencing, at lag 1 and at the seasonal lag. */
export interface Differencing {
  readonly d: number;
  readonly D: number;
  readonly period: number;
}

/** Returns (1 − B)^d (1 − B^m)^D applied to a series; d + mD values shorter. NaN where a value it needs is missing. */
export function differenced(y: Float64Array, { d, D, period }: Differencing): Float64Array {
  let values = y;
  for (let i = 0; i < D; i++) values = difference(values, period);
  for (let i = 0; i < d; i++) values = difference(values);
  return values;
}

/**
 * Returns the weights of past values in a differenced series' recursion: y_t = w_t + Σ delta_i y_(t−i), i = 1..d + mD.
 */
export function integrationWeights({ d, D, period }: Differencing): Float64Array {
  const polynomial = new Float64Array(1 + d + period * D);
  polynomial[0] = 1;
  const times = (lag: number) => {
    for (let i = polynomial.length - 1; i >= lag; i--) polynomial[i]! -= polynomial[i - lag]!;
  };
  for (let i = 0; i < D; i++) times(period);
  for (let i = 0; i < d; i++) times(1);
  const weights = new Float64Array(d + period * D);
  for (let i = 0; i < weights.length; i++) weights[i] = 0 - polynomial[i + 1]!;
  return weights;
}

/**
 * Returns true if a differenced series is constant, so that it leaves nothing to model. A series with gaps must show at
 * least three values before it counts as constant.
 *
 * @param w - the series, differenced so
 * @param complete - whether the series had no missing values
 */
export function isExhausted(w: Float64Array, { d, D }: Differencing, complete: boolean): boolean {
  const observed = w.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return observed >= (complete ? 1 : 3) && isConstant(w, d + D > 0);
}
