import assert from "node:assert/strict";
import { it } from "vitest";
import { observed } from "../../src/tests/observed.ts";

it("observed closes gaps, and counts the remaining values", () => {
  assert.deepEqual(observed([1, NaN, 3], 2), Float64Array.of(1, 3));
  assert.throws(() => observed([1, NaN, 3], 3), /2 observed values out of 3; at least 3 are needed/);
});
