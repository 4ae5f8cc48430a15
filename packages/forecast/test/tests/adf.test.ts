import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { adf } from "../../src/tests/adf.ts";
import { longestContiguous, sources, withResult } from "../unit-root.ts";

describe("adf", () => {
  it("is the t ratio of the level, worked by hand without lags", () => {
    // Changes 2, -1, 1 on levels 1, 3, 2: slope -1.5, mean change 2/3, residuals 1/6, 1/6, -1/3… by least squares.
    const { statistic } = adf([1, 3, 2, 3], { lag: 0 });
    const slope = -1.5;
    const rss = [2, -1, 1].reduce((sum, change, i) => sum + (change - 2 / 3 - slope * ([1, 3, 2][i]! - 2)) ** 2, 0);
    assert.ok(Math.abs(statistic - slope / Math.sqrt(rss / 1 / 2)) < 1e-12, `${statistic}`);
  });
  it("rejects a unit root for noise and not for a random walk", () => {
    const noise = Array.from({ length: 200 }, (_, t) => Math.sin(t * t));
    let level = 0;
    const walk = noise.map((value) => (level += value + 0.3));
    for (const type of ["level", "trend"] as const) assert.equal(adf(noise, { type }).pValue, 0.01);
    assert.equal(adf(walk).pValue, 0.1);
  });
  it("drops missing values", () => {
    const y = Array.from({ length: 40 }, (_, t) => Math.sin(t * t));
    assert.equal(adf([...y.slice(0, 9), NaN, ...y.slice(9)]).statistic, adf(y).statistic);
  });
  it("refuses a short series and a lag out of range, naming it", () => {
    assert.throws(() => adf([1, 2, 3]), /at least 4 are needed/);
    assert.throws(() => adf([1, 2, 3, 4], { lag: -1 }), /lag is -1/);
  });
});

describe.each(sources)("adf $name", ({ records, skip }) => {
  it.skipIf(skip)("has R's t and F statistics within 1e-9, relative, at ⌊(n - 1)^⅓⌋ lags", () => {
    for (const { id, values, expected } of withResult(records, "adf_stat")) {
      const complete = longestContiguous(values);
      const { statistic, f } = adf(complete, { lag: Math.trunc((complete.length - 1) ** (1 / 3)) });
      const [t, F] = expected;
      assert.ok(Math.abs(statistic - t) <= 1e-9 * Math.abs(t), `${id}: ${statistic}, not ${t}`);
      assert.ok(Math.abs(f - F) <= 1e-9 * F, `${id}: ${f}, not ${F}`);
    }
  });
});
