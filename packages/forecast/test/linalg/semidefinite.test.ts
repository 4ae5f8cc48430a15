import { describe, expect, it } from "vitest";
import { dot } from "../../src/linalg/dot.ts";
import { gram } from "../../src/linalg/gram.ts";
import { backwardSolve, forwardSolve, semidefiniteCholesky } from "../../src/linalg/semidefinite.ts";
import { normal, random } from "../../src/stats/random.ts";

const uniform = random(2);
const n = 30;
const columns = Array.from({ length: 7 }, () => Float64Array.from({ length: n }, () => normal(uniform)));

describe("gram", () => {
  it.each([1, 2, 5, 7])("has the products of %i columns with others", (count) => {
    const rows = columns.slice(0, count);
    const all = new Float64Array(count * 7);
    gram(rows, columns, n, all);
    const matrix = new Float64Array(count * count);
    gram(rows, rows, n, matrix, true);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < 7; j++) expect(all[i * 7 + j]).toBeCloseTo(dot(rows[i]!, columns[j]!, 0, n), 12);
      for (let j = 0; j <= i; j++) expect(matrix[i * count + j]).toBeCloseTo(dot(rows[i]!, rows[j]!, 0, n), 12);
    }
  });
});

describe("semidefiniteCholesky", () => {
  it("solves least squares, a column that depends on others left out", () => {
    const dependent = columns[0]!.map((value, t) => 2 * value - columns[1]![t]!);
    const X = [columns[0]!, columns[1]!, dependent, columns[2]!];
    const A = new Float64Array(16);
    gram(X, X, n, A);
    semidefiniteCholesky(A, 4);
    const y = columns[3]!;
    const b = Float64Array.from(X, (column) => dot(column, y, 0, n));
    forwardSolve(A, 4, b);
    backwardSolve(A, 4, b);
    expect(b[2]).toBe(0);
    const remainder = y.map((value, t) => X.reduce((left, column, i) => left - b[i]! * column[t]!, value));
    for (const column of X) expect(dot(column, remainder, 0, n)).toBeCloseTo(0, 10);
  });
});
