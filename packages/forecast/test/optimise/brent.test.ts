import assert from "node:assert/strict";
import { it } from "vitest";
import { brent } from "../../src/optimise/brent.ts";

it("brent finds the minimum of a smooth function in few evaluations", () => {
  let evaluations = 0;
  const { x, value } = brent(
    (at) => {
      evaluations++;
      return (at - 0.3) ** 2 + 0.1 * (at - 0.3) ** 4;
    },
    { lower: -1, upper: 2, tolerance: 1e-8 },
  );
  assert.ok(Math.abs(x - 0.3) < 1e-7, `${x}`);
  assert.ok(value < 1e-13);
  assert.ok(evaluations < 20, `${evaluations}`);
});

it("brent finds a kink, and approaches a bound from inside", () => {
  assert.ok(Math.abs(brent((x) => Math.abs(x - 1 / 3), { lower: 0, upper: 1, tolerance: 1e-6 }).x - 1 / 3) < 1e-6);
  const { x } = brent((at) => at, { lower: 2, upper: 5, tolerance: 1e-4 });
  assert.ok(x > 2 && x < 2.0002, `${x}`);
});

it("brent refuses crossed bounds, naming them", () => {
  assert.throws(() => brent((x) => x, { lower: 1, upper: 1, tolerance: 1e-4 }), /lower is 1 and upper 1/);
});
