/** A least-squares fit: coefficients in the order of the columns, NaN for a column that depends on earlier ones. */
export interface LeastSquares {
  readonly coef: Float64Array;
  readonly se: Float64Array;
  readonly rss: number;
  /** Observations less the rank. */
  readonly df: number;
  /** The columns that were kept, ascending. */
  readonly kept: readonly number[];
  /** The inverse of the upper triangle R of X = QR for the kept columns, by rows: (X'X)⁻¹ = R⁻¹R⁻ᵀ. */
  readonly root: readonly Float64Array[];
}

/**
 * Returns the ordinary least squares by modified Gram–Schmidt with a second pass, columns taken in order; one whose
 * part orthogonal to the earlier columns is below 1e-7 of its norm is left out (coefficient and standard error NaN).
 *
 * @param columns - the regressors, each of `response`'s length
 * @throws {RangeError} if a column's length differs
 */
export function leastSquares(columns: readonly Float64Array[], response: Float64Array): LeastSquares {
  const n = response.length;
  const basis: Float64Array[] = [];
  const independent: number[] = [];
  const upper: number[][] = [];
  columns.forEach((column, j) => {
    if (column.length !== n) throw new RangeError(`column ${j} has ${column.length} values; the response has ${n}`);
    const q = Float64Array.from(column);
    const norm = Math.sqrt(dot(q, q));
    const weights = basis.map(() => 0);
    for (let pass = 0; pass < 2; pass++)
      basis.forEach((b, i) => {
        const weight = dot(b, q);
        weights[i]! += weight;
        for (let t = 0; t < n; t++) q[t]! -= weight * b[t]!;
      });
    const left = Math.sqrt(dot(q, q));
    // Squares of a column below 1e-150 underflow: it counts as zero.
    if (!(left > 1e-7 * norm && norm > 1e-150)) return;
    for (let t = 0; t < n; t++) q[t]! /= left;
    basis.push(q);
    independent.push(j);
    upper.push([...weights, left]);
  });
  const residual = Float64Array.from(response);
  const rotated = basis.map((q) => {
    const weight = dot(q, residual);
    for (let t = 0; t < n; t++) residual[t]! -= weight * q[t]!;
    return weight;
  });
  const rss = dot(residual, residual);
  const rank = basis.length;
  const df = n - rank;
  const coef = new Float64Array(columns.length).fill(NaN);
  const se = new Float64Array(columns.length).fill(NaN);
  // The inverse of the upper triangle, row by row: its row norms are the standard errors, and it solves for the coefficients.
  const root: Float64Array[] = [];
  for (let i = 0; i < rank; i++) {
    const row = new Float64Array(rank);
    row[i] = 1 / upper[i]![i]!;
    for (let k = i + 1; k < rank; k++) {
      let sum = 0;
      for (let l = i; l < k; l++) sum += row[l]! * upper[k]![l]!;
      row[k] = -sum / upper[k]![k]!;
    }
    root.push(row);
    coef[independent[i]!] = rotated.reduce((sum, weight, k) => sum + row[k]! * weight, 0);
    se[independent[i]!] = Math.sqrt(dot(row, row) * (rss / df));
  }
  return { coef, se, rss, df, kept: independent, root };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}
