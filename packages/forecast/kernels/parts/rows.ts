/** Products of four rows of a matrix at a time. Rows are addresses of pairs of float64 values. */

/** Adds the products of four rows with those of another matrix, for the same matrix only those of its lower triangle. */
export function multiply(
  left: usize,
  leftWidth: usize,
  others: usize,
  otherWidth: usize,
  out: usize,
  isSame: bool,
): void {
  const left1 = left + leftWidth;
  const left2 = left1 + leftWidth;
  const left3 = left2 + leftWidth;
  const others1 = others + otherWidth;
  const others2 = others1 + otherWidth;
  const others3 = others2 + otherWidth;
  let to = out;
  for (let k: usize = 0; k < leftWidth; k += 16) {
    const d0 = v128.load64_splat(left + k);
    const d1 = v128.load64_splat(left1 + k);
    const d2 = v128.load64_splat(left2 + k);
    const d3 = v128.load64_splat(left3 + k);
    const e0 = v128.load64_splat(left + k, 8);
    const e1 = v128.load64_splat(left1 + k, 8);
    const e2 = v128.load64_splat(left2 + k, 8);
    const e3 = v128.load64_splat(left3 + k, 8);
    const below = to + otherWidth;
    const end = isSame ? k + 16 : otherWidth;
    for (let j: usize = 0; j < end; j += 16) {
      const x0 = v128.load(others + j);
      const x1 = v128.load(others1 + j);
      const x2 = v128.load(others2 + j);
      const x3 = v128.load(others3 + j);
      v128.store(to + j, f64x2.add(v128.load(to + j), products4(d0, d1, d2, d3, x0, x1, x2, x3)));
      v128.store(below + j, f64x2.add(v128.load(below + j), products4(e0, e1, e2, e3, x0, x1, x2, x3)));
    }
    to = below + otherWidth;
  }
}

/** Adds the products of four rows with four values. */
export function project(left: usize, leftWidth: usize, others: usize, out: usize): void {
  const x0 = v128.load64_splat(others);
  const x1 = v128.load64_splat(others, 8);
  const x2 = v128.load64_splat(others, 16);
  const x3 = v128.load64_splat(others, 24);
  for (let k: usize = 0; k < leftWidth; k += 16) {
    const row = left + k;
    const d1 = v128.load(row + leftWidth);
    const d2 = v128.load(row + 2 * leftWidth);
    const d3 = v128.load(row + 3 * leftWidth);
    v128.store(out + k, f64x2.add(v128.load(out + k), products4(v128.load(row), d1, d2, d3, x0, x1, x2, x3)));
  }
}

function products4(d0: v128, d1: v128, d2: v128, d3: v128, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  return f64x2.add(f64x2.add(f64x2.mul(d0, x0), f64x2.mul(d1, x1)), f64x2.add(f64x2.mul(d2, x2), f64x2.mul(d3, x3)));
}
