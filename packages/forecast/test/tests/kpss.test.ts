import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { kpss } from "../../src/tests/kpss.ts";
import { longestContiguous, sources, withResult } from "../unit-root.ts";

describe("kpss", () => {
  it("is the sum of squared partial sums over n² and the variance, at lag 0", () => {
    // Residuals -1, 1, 1, -1: partial sums -1, 0, 1, 0; variance 1.
    const { statistic, pValue, nobs } = kpss([1, 3, 3, 1], { lag: 0 });
    assert.ok(Math.abs(statistic - 2 / 16) < 1e-15);
    assert.equal(pValue, 0.1);
    assert.equal(nobs, 4);
  });
  it("removes a trend of any slope", () => {
    const noise = Array.from({ length: 50 }, (_, t) => Math.sin(t * t));
    const flat = kpss(noise, { type: "trend" }).statistic;
    const steep = kpss(
      noise.map((value, t) => value + 7 * t - 3),
      { type: "trend" },
    ).statistic;
    assert.ok(Math.abs(flat - steep) < 1e-10);
  });
  it("interpolates the level of the test between the tabulated values", () => {
    assert.equal(kpss(Array.from({ length: 100 }, (_, t) => t)).pValue, 0.01);
    const { statistic, pValue } = kpss([1, 2, 1, 3, 2, 1, 3, 2, 4, 2, 4, 3, 2, 3], { lag: 0 });
    assert.ok(statistic > 0.347 && statistic < 0.463, `${statistic}`);
    assert.ok(Math.abs(pValue - (0.1 - (0.05 * (statistic - 0.347)) / 0.116)) < 1e-12);
  });
  it("drops missing values, and is NaN for a constant", () => {
    assert.equal(kpss([1, NaN, 3, 3, NaN, 1]).statistic, kpss([1, 3, 3, 1]).statistic);
    assert.ok(Number.isNaN(kpss([2, 2, 2]).statistic));
    assert.ok(Number.isNaN(kpss([2, 2, 2]).pValue));
  });
  it("refuses an empty or infinite series and a lag out of range, naming it", () => {
    assert.throws(() => kpss([]), /at least 1 is needed/);
    assert.throws(() => kpss([1, Infinity]), RangeError);
    assert.throws(() => kpss([1, 2, 3], { lag: 3 }), /lag is 3/);
  });
});

describe.each(sources)("kpss $name", ({ records, skip }) => {
  it.skipIf(skip)("has R's default lag where no value is missing", () => {
    const complete = withResult(records, "kpss_lag").filter(({ values }) => !values.some(Number.isNaN));
    for (const { id, values, expected } of complete) assert.equal(kpss(values).lag, expected, id);
    assert.ok(complete.length > 5);
  });
  it.skipIf(skip)("has R's statistic within 1e-11, relative, with R's lag on the longest stretch R took", () => {
    for (const { id, values, result } of records) {
      const complete = longestContiguous(values);
      const { statistic } = kpss(complete, complete.length === values.length ? {} : { lag: kpss(complete).lag });
      assert.ok(Math.abs(statistic - result.kpss_stat) <= 1e-11 * result.kpss_stat, `${id}: ${statistic}`);
    }
  });
});
