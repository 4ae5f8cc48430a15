import type { Hierarchy } from "../../src/index.ts";

/** Dense matrices by rows: what the hierarchy's methods must agree with, by the textbook's formulas. */
export type Matrix = readonly (readonly number[])[];

export const multiply = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
export const transpose = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
export const diagonalMatrix = (values: ArrayLike<number>): number[][] =>
  Array.from(values, (value, i) => Array.from(values, (_, j) => (i === j ? value : 0)));

/** Returns the inverse of a matrix, by Gauss and Jordan, with pivots. */
export function inverse(a: Matrix): number[][] {
  const n = a.length;
  const rows = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    const pivot = rows.reduce(
      (best, row, i) => (i >= k && Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? i : best),
      k,
    );
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const head = rows[k]![k]!;
    rows[k] = rows[k]!.map((value) => value / head);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]!;
      rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Returns the summing matrix S: a row for each node, aggregates first. */
export function summing({ leaves, levels }: Hierarchy): number[][] {
  const sums = levels.flatMap(({ nodes, of }) =>
    Array.from({ length: nodes }, (_, node) => Array.from(of, (ofLeaf) => (ofLeaf === node ? 1 : 0))),
  );
  return [...sums, ...diagonalMatrix(new Array(leaves).fill(1))];
}

/**
 * Returns S P for the error covariance W, P = (S'W⁻¹S)⁻¹S'W⁻¹, and the covariance S (S'W⁻¹S)⁻¹ S' of the reconciled
 * errors.
 */
export function generalised(h: Hierarchy, W: Matrix): { map: number[][]; covariance: number[][] } {
  const S = summing(h);
  const weighted = multiply(transpose(S), inverse(W));
  const bottom = inverse(multiply(weighted, S));
  return {
    map: multiply(S, multiply(bottom, weighted)),
    covariance: multiply(S, multiply(bottom, transpose(S))),
  };
}

/** Returns the covariance with shrunk correlations, by definition: element by element. */
export function shrunkCovariance(residuals: readonly Float64Array[]): { W: number[][]; shrinkage: number } {
  const T = residuals.length;
  const n = residuals[0]!.length;
  const mean = (of: (t: number) => number) => residuals.reduce((sum, _, t) => sum + of(t), 0) / T;
  const variance = Array.from({ length: n }, (_, i) => mean((t) => residuals[t]![i]! ** 2));
  const product = (t: number, i: number, j: number) =>
    (residuals[t]![i]! * residuals[t]![j]!) / Math.sqrt(variance[i]! * variance[j]!);
  let above = 0;
  let below = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const r = mean((t) => product(t, i, j));
      above += (mean((t) => (product(t, i, j) - r) ** 2) * T) / (T - 1) / T;
      below += r * r;
    }
  const shrinkage = Math.min(1, above / below);
  const W = variance.map((vi, i) =>
    variance.map((vj, j) => (i === j ? vi : (1 - shrinkage) * mean((t) => product(t, i, j)) * Math.sqrt(vi * vj))),
  );
  return { W, shrinkage };
}
