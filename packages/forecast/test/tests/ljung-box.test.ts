import assert from "node:assert/strict";
import { it } from "vitest";
import { normal, random } from "../../src/stats/random.ts";
import { ljungBox } from "../../src/tests/ljung-box.ts";

it("ljungBox is n (n + 2) Σ ρ² / (n - k), worked by hand", () => {
  // Deviations -1, 0, 1, 0: variance sum 2, lag 1 sum 0, lag 2 sum -1.
  const { statistic, df, pValue } = ljungBox([1, 2, 3, 2], { lag: 2 });
  assert.ok(Math.abs(statistic - 4 * 6 * (0.25 / 2)) < 1e-14);
  assert.equal(df, 2);
  assert.ok(Math.abs(pValue - Math.exp(-1.5)) < 1e-14);
});

it("ljungBox spends a degree of freedom on every fitted coefficient", () => {
  const y = Array.from({ length: 60 }, (_, t) => Math.sin(t * t));
  assert.equal(ljungBox(y, { fitted: 3 }).df, 7);
});

it("ljungBox rejects white noise in about 5 % of series, and a random walk always", () => {
  const next = random(11);
  let rejections = 0;
  for (let i = 0; i < 400; i++) {
    const y = Float64Array.from({ length: 100 }, () => normal(next));
    if (ljungBox(y).pValue < 0.05) rejections++;
    for (let t = 1; t < y.length; t++) y[t]! += y[t - 1]!;
    assert.ok(ljungBox(y).pValue < 0.05);
  }
  assert.ok(rejections >= 8 && rejections <= 35, `${rejections} of 400`);
});

it("ljungBox is NaN for a constant and refuses options out of range, naming them", () => {
  assert.ok(Number.isNaN(ljungBox([1, 1, 1, 1]).pValue));
  assert.throws(() => ljungBox([1, 2, 3], { lag: 3 }), /lag is 3/);
  assert.throws(() => ljungBox([1, 2, 3], { lag: 2, fitted: 2 }), /fitted is 2/);
});
