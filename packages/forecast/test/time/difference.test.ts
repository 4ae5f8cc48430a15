import assert from "node:assert/strict";
import { it } from "vitest";
import { difference } from "../../src/time/difference.ts";

it("difference subtracts the value one lag before, and is missing where either is", () => {
  assert.deepEqual(difference(Float64Array.of(1, 4, 9, 16)), Float64Array.of(3, 5, 7));
  assert.deepEqual(difference(Float64Array.of(1, NaN, 9, 16), 2), Float64Array.of(8, NaN));
  assert.equal(difference(Float64Array.of(1, 2), 5).length, 0);
});
