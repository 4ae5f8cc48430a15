import { gridBrent } from "../optimise/grid-brent.ts";

/** Simple exponential smoothing of a series: a level that moves a share alpha of each one-step error. */
export interface SimpleSmoothing {
  readonly alpha: number;
  /** The level before the first observation. */
  readonly initial: number;
  /** The level after the last. */
  readonly level: number;
  /** Sum of squared one-step errors. */
  readonly sse: number;
}

/**
 * Returns the simple exponential smoothing with the alpha of a range and the initial level of the greatest Gaussian
 * likelihood, that is, of the least sum of squared one-step errors. The errors are linear in the initial level, so it
 * is solved for at each alpha, and the search is over alpha alone: a grid, then Brent's method about its best point.
 *
 * @param y - no value may be missing
 * @param range - the least and the greatest alpha; default [1e-4, 0.9999]
 * @param smooth - smooths with one alpha; default `smoothWith`
 * @see Hyndman, Koehler, Ord & Snyder (2008), doi:10.1007/978-3-540-71918-2, model (A,N,N)
 */
export function simpleSmoothing(
  y: Float64Array,
  [least, most]: readonly [number, number] = [1e-4, 0.9999],
  smooth: (y: Float64Array, alpha: number) => SimpleSmoothing = smoothWith,
): SimpleSmoothing {
  const between = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].filter((alpha) => alpha > least && alpha < most);
  const grid = [least, ...between, most];
  return smooth(
    y,
    gridBrent((alpha) => smooth(y, alpha).sse, grid, 1e-9),
  );
}

/** Smooths with a fixed alpha and the initial level of the least squared error. */
export function smoothWith(y: Float64Array, alpha: number): SimpleSmoothing {
  const base = y[0]!;
  const keep = 1 - alpha;
  let level = 0;
  let weight = 1;
  let squares = 0;
  let cross = 0;
  let weights = 0;
  for (let t = 0; t < y.length; t++) {
    const error = y[t]! - base - level;
    squares += error * error;
    cross += error * weight;
    weights += weight * weight;
    level += alpha * error;
    weight *= keep;
  }
  const shift = cross / weights;
  return {
    alpha,
    initial: base + shift,
    level: base + level + shift * weight,
    sse: Math.max(0, squares - cross * shift),
  };
}

/** Smooths with a fixed alpha from the first value, the initial level. */
export function smoothFromFirst(y: Float64Array, alpha: number): SimpleSmoothing {
  const initial = y[0]!;
  let level = initial;
  let sse = 0;
  for (let t = 1; t < y.length; t++) {
    const error = y[t]! - level;
    sse += error * error;
    level += alpha * error;
  }
  return { alpha, initial, level, sse };
}
