import { expect, it } from "vitest";
import { histogram } from "../../src/core/histogram.ts";

it("counts a bound in the bin that begins there, for any rounding", () => {
  const tenths = Array.from({ length: 10 }, (_, i) => i / 10);
  expect(histogram(tenths, 0, 1, 10).counts).toEqual(new Array(10).fill(1));
});

it("counts values beyond in the outer bins, and leaves out NaN", () => {
  expect(histogram([-5, 0, 1, 2, 9, Infinity, NaN], 0, 2, 2).counts).toEqual([2, 4]);
});

it("counts all in the middle bin where the bounds are equal", () => {
  expect(histogram(Float64Array.of(3, 3), 3, 3, 5).counts).toEqual([0, 0, 2, 0, 0]);
});
