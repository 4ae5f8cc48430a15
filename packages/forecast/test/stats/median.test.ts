import { describe, expect, it } from "vitest";
import { highMedian, median } from "../../src/stats/median.ts";

describe("median", () => {
  it("is the middle value, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it("does not overflow, and loses nothing of the smallest numbers", () => {
    expect(median([1.7e308, 1.7e308])).toBe(1.7e308);
    expect(median([5e-324, 5e-324])).toBe(5e-324);
    expect(median([Infinity, Infinity])).toBe(Infinity);
    expect(median([-Infinity, 1, Infinity])).toBe(1);
  });

  it("leaves the values as they are", () => {
    const values = [3, 1, 2];
    median(values);
    highMedian(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("highMedian", () => {
  it("is one of the values: the greater of the two in the middle", () => {
    expect(highMedian([4, 1, 3, 2])).toBe(3);
    expect(highMedian([3, 1, 2])).toBe(2);
    expect(highMedian([])).toBeUndefined();
  });
});
