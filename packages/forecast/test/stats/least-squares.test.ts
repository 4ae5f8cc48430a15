import assert from "node:assert/strict";
import { it } from "vitest";
import { leastSquares } from "../../src/stats/least-squares.ts";

const one = new Float64Array(4).fill(1);
const x = Float64Array.of(0, 1, 2, 3);

it("leastSquares fits a line: coefficients, standard errors, residual sum of squares", () => {
  const { coef, se, rss, df } = leastSquares([one, x], Float64Array.of(1, 2, 2, 4));
  // Slope 0.9, intercept 0.9, residuals 0.1, 0.2, -0.7, 0.4.
  assert.ok(Math.abs(coef[0]! - 0.9) < 1e-14 && Math.abs(coef[1]! - 0.9) < 1e-14);
  assert.ok(Math.abs(rss - 0.7) < 1e-14);
  assert.equal(df, 2);
  assert.ok(Math.abs(se[1]! - Math.sqrt(0.35 / 5)) < 1e-14);
  assert.ok(Math.abs(se[0]! - Math.sqrt((0.35 * 14) / 20)) < 1e-14);
});

it("leastSquares leaves out a column that depends on earlier ones", () => {
  const { coef, df } = leastSquares([one, x, x.map((value) => 2 - value)], Float64Array.of(1, 2, 3, 4));
  assert.ok(Math.abs(coef[1]! - 1) < 1e-14);
  assert.ok(Number.isNaN(coef[2]!));
  assert.equal(df, 2);
});

it("leastSquares refuses columns of another length", () => {
  assert.throws(() => leastSquares([one, x.subarray(1)], x), /column 1 has 3 values/);
});
