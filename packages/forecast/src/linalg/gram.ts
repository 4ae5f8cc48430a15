import { dot, products6 } from "./dot.ts";

/**
 * Returns products of columns with columns: out[i, j] = rows[i]' others[j], by rows, both over [0, n).
 *
 * @param triangle - whether `rows` and `others` are the same and only j ≤ i (and a little more) is wanted
 */
export function gram(
  rows: readonly Float64Array[],
  others: readonly Float64Array[],
  n: number,
  out: Float64Array,
  triangle = false,
): void {
  const width = others.length;
  const six = new Float64Array(6);
  const products = { rows, columns: others, from: 0, to: n, out: six };
  let i = 0;
  for (; i + 1 < rows.length; i += 2) {
    const a = rows[i]!;
    const b = rows[i + 1]!;
    const end = triangle ? i + 2 : width;
    let j = 0;
    for (; j + 2 < width && j < end; j += 3) {
      products6(products, i, j);
      for (let k = 0; k < 3; k++) {
        out[i * width + j + k] = six[k]!;
        out[(i + 1) * width + j + k] = six[3 + k]!;
      }
    }
    for (; j < end; j++) {
      out[i * width + j] = dot(a, others[j]!, 0, n);
      out[(i + 1) * width + j] = dot(b, others[j]!, 0, n);
    }
  }
  if (i < rows.length)
    for (let j = 0; j < (triangle ? i + 1 : width); j++) out[i * width + j] = dot(rows[i]!, others[j]!, 0, n);
}
