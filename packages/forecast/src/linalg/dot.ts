/** Returns Σ x_t y_t for t in [from, to), in four interleaved sums so that additions do not wait for each other. */
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

/** Columns whose products are computed in blocks, over [from, to). */
export interface Products {
  readonly rows: readonly Float64Array[];
  readonly columns: readonly Float64Array[];
  readonly from: number;
  readonly to: number;
  /** Receives the products of a block, by rows. */
  readonly out: Float64Array;
}

/** Computes the products of rows i and i + 1 with columns j, j + 1 and j + 2, in one pass; beyond the last, the last again. */
export function products6({ rows, columns, from, to, out }: Products, i: number, j: number): void {
  const a = rows[i]!;
  const b = rows[Math.min(i + 1, rows.length - 1)]!;
  const x = columns[j]!;
  const y = columns[Math.min(j + 1, columns.length - 1)]!;
  const z = columns[Math.min(j + 2, columns.length - 1)]!;
  let ax = 0;
  let ay = 0;
  let az = 0;
  let bx = 0;
  let by = 0;
  let bz = 0;
  for (let t = from; t < to; t++) {
    const va = a[t]!;
    const vb = b[t]!;
    const vx = x[t]!;
    const vy = y[t]!;
    const vz = z[t]!;
    ax += va * vx;
    ay += va * vy;
    az += va * vz;
    bx += vb * vx;
    by += vb * vy;
    bz += vb * vz;
  }
  out[0] = ax;
  out[1] = ay;
  out[2] = az;
  out[3] = bx;
  out[4] = by;
  out[5] = bz;
}

/** Computes the products of a column with columns j, j + 1 and j + 2, in one pass; beyond the last, the last again. */
export function products3(a: Float64Array, { columns, from, to, out }: Products, j: number): void {
  const x = columns[j]!;
  const y = columns[Math.min(j + 1, columns.length - 1)]!;
  const z = columns[Math.min(j + 2, columns.length - 1)]!;
  let ax = 0;
  let ay = 0;
  let az = 0;
  for (let t = from; t < to; t++) {
    const va = a[t]!;
    ax += va * x[t]!;
    ay += va * y[t]!;
    az += va * z[t]!;
  }
  out[0] = ax;
  out[1] = ay;
  out[2] = az;
}
