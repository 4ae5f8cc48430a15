import assert from "node:assert/strict";
import { it } from "vitest";
import { interpolatePValue } from "../../src/tests/critical-values.ts";

const upper = { levels: [0.01, 0.05, 0.1], values: [3, 2, 1] };
const lower = { levels: [0.01, 0.05, 0.1], values: [-3, -2, -1] };

it("interpolatePValue interpolates between levels and stops at the outermost, in either tail", () => {
  for (const sign of [1, -1]) {
    const table = sign === 1 ? upper : lower;
    for (const [statistic, p] of [
      [4, 0.01],
      [3, 0.01],
      [2.5, 0.03],
      [2, 0.05],
      [1.5, 0.075],
      [0, 0.1],
    ] as const)
      assert.ok(Math.abs(interpolatePValue(sign * statistic, table) - p) < 1e-15, `${sign * statistic}`);
    assert.ok(Number.isNaN(interpolatePValue(NaN, table)));
  }
});
