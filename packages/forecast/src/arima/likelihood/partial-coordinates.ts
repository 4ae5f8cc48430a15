import { type Arma, toPartial } from "../polynomial.ts";

/**
 * Returns coordinates in which every point is a stationary and invertible model: the partial autocorrelations of the four
 * polynomials, in the order ar, ma, sar, sma. A moving-average polynomial counts as an autoregressive one with its signs
 * turned. The autoregressive ones are stretched to the whole line by the inverse hyperbolic tangent, because the
 * likelihood falls without end towards a unit root; the moving-average ones are kept in (−1, 1), because it has its
 * maximum at a moving-average unit root quite often, and is smooth there.
 */
export function toCoordinates({ ar, ma, sar, sma }: Arma, limit = 0.9999): Float64Array {
  const parts = [ar, ma, sar, sma].map((block) => {
    const moving = block === ma || block === sma;
    const partial = new Float64Array(block.length);
    let a = moving ? block.map((v) => -v) : block;
    while (!toPartial(a, partial)) {
      let scale = 1;
      a = a.map((value) => value * (scale *= 0.98));
    }
    const inside = partial.map((r) => Math.max(-limit, Math.min(limit, r)));
    return moving ? inside : inside.map(Math.atanh);
  });
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** Returns for each coordinate whether it belongs to a moving-average polynomial, and so is bounded. */
export function boundedCoordinates({ ar, ma, sar, sma }: Arma): boolean[] {
  return [ar, ma, sar, sma].flatMap((block) => Array.from(block, () => block === ma || block === sma));
}

/** Sets the polynomials from coordinates. */
export function fromCoordinates(x: Float64Array, { ar, ma, sar, sma }: Arma): void {
  let at = 0;
  at = setBlock(x, at, ar, false);
  at = setBlock(x, at, ma, true);
  at = setBlock(x, at, sar, false);
  setBlock(x, at, sma, true);
}

/**
 * Adds the forward difference of a function to each coordinate's slope.
 *
 * @param x - the coordinates, which the polynomials have again at the end
 * @param change - the function less its value at x, by the polynomials as they are set: with one coordinate moved, which
 *   belongs to a moving-average polynomial or does not
 */
export function addForwardDifferences(
  x: Float64Array,
  arma: Arma,
  slopes: Float64Array,
  change: (isMovingAverage: boolean) => number,
): void {
  const bounded = boundedCoordinates(arma);
  const at = Float64Array.from(x);
  for (let i = 0; i < x.length; i++) {
    const here = x[i]!;
    const h = here > 0 ? -1e-6 : 1e-6;
    at[i] = here + h;
    fromCoordinates(at, arma);
    at[i] = here;
    slopes[i]! += change(bounded[i]!) / (2 * h);
  }
  fromCoordinates(x, arma);
}

function setBlock(x: Float64Array, at: number, block: Float64Array, moving: boolean): number {
  const n = block.length;
  for (let k = 0; k < n; k++) {
    const r = moving ? x[at + k]! : Math.tanh(x[at + k]!);
    reflect(block, k, r);
  }
  if (moving) for (let j = 0; j < n; j++) block[j] = -block[j]!;
  return at + n;
}

/** Takes one step of the Durbin–Levinson recursion, in place: from k coefficients to k + 1. */
function reflect(a: Float64Array, k: number, r: number): void {
  for (let i = 0, j = k - 1; i <= j; i++, j--) {
    const low = a[i]!;
    const high = a[j]!;
    a[i] = low - r * high;
    if (i !== j) a[j] = high - r * low;
  }
  a[k] = r;
}

/**
 * Multiplies a gradient with respect to the coefficients by their derivatives with respect to the coordinates, which
 * follow from the Durbin–Levinson recursion, and returns it in coordinates.
 */
export function toCoordinateGradient(x: Float64Array, arma: Arma, gradient: Float64Array): Float64Array {
  const D = coordinateJacobian(x, arma);
  const n = x.length;
  return gradient.map((_, i) => {
    let sum = 0;
    for (let a = 0; a < n; a++) sum += D[a * n + i]! * gradient[a]!;
    return sum;
  });
}

/** Returns derivatives of the coefficients with respect to the coordinates, n × n by rows. */
export function coordinateJacobian(x: Float64Array, { ar, ma, sar, sma }: Arma): Float64Array {
  const size = x.length;
  const D = new Float64Array(size * size);
  let at = 0;
  for (const block of [ar, ma, sar, sma]) {
    const n = block.length;
    const moving = block === ma || block === sma;
    const a = new Float64Array(n);
    // Row j, column c of the block: the derivative of a_j with respect to the partial autocorrelation r_c.
    const J = Array.from({ length: n }, () => new Float64Array(n));
    for (let k = 0; k < n; k++) {
      const r = moving ? x[at + k]! : Math.tanh(x[at + k]!);
      for (let i = 0, j = k - 1; i <= j; i++, j--) {
        const low = J[i]!;
        const high = J[j]!;
        for (let c = 0; c < k; c++) {
          const first = low[c]!;
          const last = high[c]!;
          low[c] = first - r * last;
          if (i !== j) high[c] = last - r * first;
        }
        low[k] = -a[j]!;
        high[k] = -a[i]!;
      }
      reflect(a, k, r);
      J[k]![k] = 1;
    }
    for (let j = 0; j < n; j++)
      for (let c = 0; c < n; c++) {
        const r = moving ? 0 : Math.tanh(x[at + c]!);
        D[(at + j) * size + at + c] = moving ? -J[j]![c]! : J[j]![c]! * (1 - r * r);
      }
    at += n;
  }
  return D;
}
