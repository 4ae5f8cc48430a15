import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { adf } from "../../src/tests/adf.ts";
import { pp } from "../../src/tests/pp.ts";

// Against R, `pp` is tested through `ndiffs`: R's statistic is not recorded.
describe("pp", () => {
  const noise = Array.from({ length: 200 }, (_, t) => Math.sin(t * t));
  it("is the Dickey–Fuller t ratio when no autocovariance is counted", () => {
    for (const type of ["level", "trend"] as const) {
      const uncorrected = adf(noise, { type, lag: 0 }).statistic;
      assert.ok(Math.abs(pp(noise, { type, lag: 0 }).statistic - uncorrected) < 1e-10);
    }
  });
  it("rejects a unit root for noise and not for a random walk", () => {
    let level = 0;
    const walk = noise.map((value) => (level += value + 0.3));
    for (const type of ["level", "trend"] as const) assert.equal(pp(noise, { type }).pValue, 0.01);
    assert.equal(pp(walk).pValue, 0.1);
  });
  it("has MacKinnon's critical values", () => {
    const { critical } = pp(noise.slice(0, 101));
    assert.deepEqual(
      critical.values.map((value) => value.toFixed(4)),
      ["-3.4964", "-2.8903", "-2.5819"],
    );
  });
  it("drops missing values", () => {
    assert.equal(pp([...noise.slice(0, 9), NaN, ...noise.slice(9)]).statistic, pp(noise).statistic);
  });
  it("refuses a short series and a lag out of range, naming it", () => {
    assert.throws(() => pp([1, 2, 3]), /at least 4 are needed/);
    assert.throws(() => pp([1, 2, 3, 4], { lag: 3 }), /lag is 3/);
  });
});
