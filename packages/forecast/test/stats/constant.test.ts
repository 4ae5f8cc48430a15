import assert from "node:assert/strict";
import { it } from "vitest";
import { isConstant } from "../../src/stats/constant.ts";

it("isConstant allows for rounding and skips missing values", () => {
  assert.ok(isConstant(Float64Array.of(0.1 + 0.2, 0.3, NaN)));
  assert.ok(isConstant(new Float64Array(5)));
  assert.ok(isConstant(Float64Array.of(NaN, 7)));
  assert.ok(!isConstant(Float64Array.of(1, 1.000001)));
  assert.ok(!isConstant(Float64Array.of(0, 1e-20)));
  // Unit noise at a high level is no rounding; of differences it may be.
  assert.ok(!isConstant(Float64Array.of(1e9, 1e9 + 1)));
  assert.ok(isConstant(Float64Array.of(1e9, 1e9 + 1), true));
});
