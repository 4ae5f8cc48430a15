/** Σ x_t y_t for t in [from, to), in four interleaved sums so that additions do not wait for each other. */
export function dot(x: Float64Array, y: Float64Array, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let t = from;
  for (; t + 3 < to; t += 4) {
    a += x[t]! * y[t]!;
    b += x[t + 1]! * y[t + 1]!;
    c += x[t + 2]! * y[t + 2]!;
    d += x[t + 3]! * y[t + 3]!;
  }
  for (; t < to; t++) a += x[t]! * y[t]!;
  return a + b + (c + d);
}

/** The products of one column with four others over [from, to), in one pass, to `out`. */
export function dots(
  x: Float64Array,
  y0: Float64Array,
  y1: Float64Array,
  y2: Float64Array,
  y3: Float64Array,
  from: number,
  to: number,
  out: Float64Array,
): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let t = from; t < to; t++) {
    const value = x[t]!;
    a += value * y0[t]!;
    b += value * y1[t]!;
    c += value * y2[t]!;
    d += value * y3[t]!;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
