import { expect, it } from "vitest";
import { axisEnd } from "../../src/core/axis-end.ts";

it("an axis ends at the greatest value, unless a few far ones would squeeze all others", () => {
  const near = Array.from({ length: 1000 }, (_, i) => i / 1000);
  expect(axisEnd(near, 0)).toBe(0.999);
  expect(axisEnd([...near, 1e9], 0)).toBe(0.999);
  expect(axisEnd([0, 0, 0, 5], 0), "nothing to see without it").toBe(5);
  expect(axisEnd([3], 0)).toBe(3);
});
