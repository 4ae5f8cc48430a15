import { describe, expect, it } from "vitest";
import { coverage, forecast, intervalAccuracy, intervalScore, mean } from "../../src/index.ts";

describe("accuracy of intervals", () => {
  it("by hand", () => {
    expect(coverage([1, 2, NaN, 9], [0, 2, 0, 0], [2, 3, 1, 5])).toBeCloseTo(2 / 3, 12);
    // α = 0.2: widths 2, 1, 5 and 10 times the distance of 4 by which 9 lies above 5.
    expect(intervalScore([1, 2, 9], [0, 2, 0], [2, 3, 5], 80)).toBeCloseTo((2 + 1 + 5 + 40) / 3, 12);
    expect(coverage([NaN], [0], [1])).toBeNaN();
    expect(() => coverage([1], [0, 1], [1])).toThrow("1 actual values but 2 lower");
    expect(() => intervalScore([1], [0], [1], 100)).toThrow("level is 100");
  });
  it("of a forecast, level by level: the interval score is 2/α pinball losses of its bounds", () => {
    const ahead = forecast(mean([1, 4, 2, 3, 5]), { h: 3 });
    for (const { level, score, pinball } of intervalAccuracy([1, NaN, 90], ahead))
      expect(score).toBeCloseTo((4 * pinball) / (1 - level / 100), 9);
  });
});
