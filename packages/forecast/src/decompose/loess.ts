/**
 * Locally weighted regression (loess) of an equally spaced series on its position, as STL uses it: tricube weights over
 * the `window` nearest points, times `robustness`, and a local constant (degree 0) or line (degree 1). Where a local line
 * has no spread to fit, and where all weights are 0, the value itself is kept.
 *
 * With a window wider than the series, the bandwidth grows by half the difference, so that a very wide window tends to
 * the ordinary mean or line.
 *
 * Positions count from 0 in `y[0 … n - 1]`; only every `jump`-th is fitted, and the last, values between them are
 * interpolated linearly.
 *
 * Scratch is allocated once per window; nothing is allocated while smoothing.
 *
 * @see Cleveland (1979), doi:10.1080/01621459.1979.10481038; Cleveland, Cleveland, McRae & Terpenning (1990), section 3.4
 */
export interface Loess {
  readonly window: number;
  readonly degree: 0 | 1;
  readonly jump: number;
  /** Tricube weights of a window centred on the fitted point, scaled to sum 1; empty if the window never fits. */
  readonly centre: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Prepares a smoother.
 *
 * @param window - odd, at least 3
 * @param longest - the length of the longest segment it will smooth
 * @param jump - a tenth of the window, rounded up, when left out
 */
export function loess(window: number, degree: 0 | 1, longest: number, jump = Math.ceil(window / 10)): Loess {
  const centre = new Float64Array(window <= longest ? window : 0);
  const half = (window - 1) / 2;
  let sum = 0;
  for (let i = 0; i < centre.length; i++) sum += centre[i] = tricube(Math.abs(i - half) / half);
  for (let i = 0; i < centre.length; i++) centre[i]! /= sum;
  return { window, degree, jump, centre, weights: new Float64Array(Math.min(window, longest)) };
}

/** Smooths the first `n` values of `y` into `out`. `robustness`, if any, is aligned with `y`. */
export function smooth(
  smoother: Loess,
  y: Float64Array,
  n: number,
  robustness: Float64Array | undefined,
  out: Float64Array,
): void {
  if (n < 2) {
    for (let i = 0; i < n; i++) out[i] = y[i]!;
    return;
  }
  const { window, centre } = smoother;
  const half = (window - 1) >> 1;
  const jump = Math.min(smoother.jump, n - 1);
  let previous = 0;
  for (let i = 0; ; i = Math.min(i + jump, n - 1)) {
    let value: number;
    if (robustness === undefined && i >= half && i + half < n) {
      // The two outermost weights are 0: the bandwidth ends there.
      value = 0;
      const first = i - half;
      for (let k = 1; k < window - 1; k++) value += centre[k]! * y[first + k]!;
    } else {
      value = smoothAt(smoother, y, n, robustness, i);
      if (Number.isNaN(value)) value = y[i]!;
    }
    out[i] = value;
    if (i - previous > 1) {
      const from = out[previous]!;
      const step = (value - from) / (i - previous);
      for (let k = previous + 1; k < i; k++) out[k] = from + step * (k - previous);
    }
    previous = i;
    if (i === n - 1) return;
  }
}

/**
 * Returns the local fit at position `x`, which may lie one before or one after the segment; NaN if all weights are 0.
 */
export function smoothAt(
  { window, degree, weights }: Loess,
  y: Float64Array,
  n: number,
  robustness: Float64Array | undefined,
  x: number,
): number {
  const count = Math.min(window, n);
  const left = Math.max(0, Math.min(x - ((window - 1) >> 1), n - count));
  let bandwidth = Math.max(x - left, left + count - 1 - x);
  if (window > n) bandwidth += (window - n) >> 1;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    let weight = tricube(Math.abs(left + k - x) / bandwidth);
    if (robustness !== undefined) weight *= robustness[left + k]!;
    weights[k] = weight;
    sum += weight;
  }
  if (!(sum > 0)) return NaN;
  let slope = 0;
  let mean = 0;
  if (degree === 1) {
    for (let k = 0; k < count; k++) mean += weights[k]! * (left + k);
    mean /= sum;
    let spread = 0;
    for (let k = 0; k < count; k++) spread += weights[k]! * (left + k - mean) ** 2;
    spread /= sum;
    if (Math.sqrt(spread) > 0.001 * (n - 1)) slope = (x - mean) / spread;
  }
  let value = 0;
  for (let k = 0; k < count; k++) value += weights[k]! * (1 + slope * (left + k - mean)) * y[left + k]!;
  return value / sum;
}

/** Returns (1 - u³)³ for u below 1, else 0; u at most 0.001 counts as 0 and at least 0.999 as 1, as in the published routines. */
function tricube(u: number): number {
  if (u > 0.999) return 0;
  if (u <= 0.001) return 1;
  const base = 1 - u * u * u;
  return base * base * base;
}
