import { pair } from "./pair";

/** Sums of products, the same bits as those of `src/linalg/dot.ts`. Columns are addresses of float64 values. */

function sumOf(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

function addFirst(pair: v128, value: f64): v128 {
  return f64x2.replace_lane(pair, 0, f64x2.extract_lane(pair, 0) + value);
}

/** Returns Σ x_t y_t for t in [from, to), in four interleaved sums. */
export function dot(x: usize, y: usize, from: i32, to: i32): f64 {
  let u = x + ((<usize>from) << 3);
  let v = y + ((<usize>from) << 3);
  const end = x + ((<usize>to) << 3);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; u + 24 < end; u += 32, v += 32) {
    low = f64x2.add(low, f64x2.mul(v128.load(u), v128.load(v)));
    high = f64x2.add(high, f64x2.mul(v128.load(u, 16), v128.load(v, 16)));
  }
  for (; u < end; u += 8, v += 8) low = addFirst(low, load<f64>(u) * load<f64>(v));
  return sumOf(low) + sumOf(high);
}

/**
 * Computes the products of four rows with four columns over [from, to), and stores the 16 at `out`, by rows. Each is one sum
 * in the order of time, two columns share an instruction. The addresses of the rows are at `block`, the columns' follow.
 */
export function products16(block: usize, from: i32, to: i32, out: usize): void {
  const start = (<usize>from) << 3;
  let r0 = load<usize>(block) + start;
  let r1 = load<usize>(block + 4) + start;
  let r2 = load<usize>(block + 8) + start;
  let r3 = load<usize>(block + 12) + start;
  let c0 = load<usize>(block + 16) + start;
  let c1 = load<usize>(block + 20) + start;
  let c2 = load<usize>(block + 24) + start;
  let c3 = load<usize>(block + 28) + start;
  const end = r0 + ((<usize>(to - from)) << 3);
  let x = f64x2.splat(0);
  let y = x;
  let row = x;
  let x0 = x;
  let x1 = x;
  let x2 = x;
  let x3 = x;
  let y0 = x;
  let y1 = x;
  let y2 = x;
  let y3 = x;
  for (; r0 < end; r0 += 8, r1 += 8, r2 += 8, r3 += 8, c0 += 8, c1 += 8, c2 += 8, c3 += 8) {
    x = pair(c0, c1);
    y = pair(c2, c3);
    row = v128.load64_splat(r0);
    x0 = f64x2.add(x0, f64x2.mul(row, x));
    y0 = f64x2.add(y0, f64x2.mul(row, y));
    row = v128.load64_splat(r1);
    x1 = f64x2.add(x1, f64x2.mul(row, x));
    y1 = f64x2.add(y1, f64x2.mul(row, y));
    row = v128.load64_splat(r2);
    x2 = f64x2.add(x2, f64x2.mul(row, x));
    y2 = f64x2.add(y2, f64x2.mul(row, y));
    row = v128.load64_splat(r3);
    x3 = f64x2.add(x3, f64x2.mul(row, x));
    y3 = f64x2.add(y3, f64x2.mul(row, y));
  }
  v128.store(out, x0);
  v128.store(out, y0, 16);
  v128.store(out, x1, 32);
  v128.store(out, y1, 48);
  v128.store(out, x2, 64);
  v128.store(out, y2, 80);
  v128.store(out, x3, 96);
  v128.store(out, y3, 112);
}

/** Computes the products of the first row with four columns, as `products16` does. */
export function products4(block: usize, from: i32, to: i32, out: usize): void {
  const start = (<usize>from) << 3;
  let r = load<usize>(block) + start;
  let c0 = load<usize>(block + 16) + start;
  let c1 = load<usize>(block + 20) + start;
  let c2 = load<usize>(block + 24) + start;
  let c3 = load<usize>(block + 28) + start;
  const end = r + ((<usize>(to - from)) << 3);
  let x = f64x2.splat(0);
  let y = x;
  for (; r < end; r += 8, c0 += 8, c1 += 8, c2 += 8, c3 += 8) {
    const row = v128.load64_splat(r);
    x = f64x2.add(x, f64x2.mul(row, pair(c0, c1)));
    y = f64x2.add(y, f64x2.mul(row, pair(c2, c3)));
  }
  v128.store(out, x);
  v128.store(out, y, 16);
}
