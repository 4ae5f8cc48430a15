import { type Arma, fromPartial, toPartial } from "./polynomial.ts";

/**
 * Coordinates in which every point is a stationary and invertible model: the partial autocorrelations of the four
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

/** Whether each coordinate belongs to a moving-average polynomial, and so is bounded. */
export function boundedCoordinates({ ar, ma, sar, sma }: Arma): boolean[] {
  return [ar, ma, sar, sma].flatMap((block) => Array.from(block, () => block === ma || block === sma));
}

/** Sets the polynomials from coordinates. */
export function fromCoordinates(x: Float64Array, { ar, ma, sar, sma }: Arma): void {
  let at = 0;
  for (const block of [ar, ma, sar, sma]) {
    if (block.length === 0) continue;
    const moving = block === ma || block === sma;
    const partial = x.slice(at, at + block.length);
    if (!moving) for (let j = 0; j < partial.length; j++) partial[j] = Math.tanh(partial[j]!);
    fromPartial(partial, block);
    if (moving) for (let j = 0; j < block.length; j++) block[j] = -block[j]!;
    at += block.length;
  }
}

/** Derivatives of the coefficients with respect to the coordinates, n × n by rows, by central differences. */
export function coordinateJacobian(x: Float64Array, arma: Arma): Float64Array {
  const n = x.length;
  const D = new Float64Array(n * n);
  const at = Float64Array.from(x);
  const read = () => [...arma.ar, ...arma.ma, ...arma.sar, ...arma.sma];
  for (let j = 0; j < n; j++) {
    at[j] = x[j]! + 1e-6;
    fromCoordinates(at, arma);
    const up = read();
    at[j] = x[j]! - 1e-6;
    fromCoordinates(at, arma);
    const down = read();
    at[j] = x[j]!;
    for (let i = 0; i < n; i++) D[i * n + j] = (up[i]! - down[i]!) / 2e-6;
  }
  fromCoordinates(x, arma);
  return D;
}
