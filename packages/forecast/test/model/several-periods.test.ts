import { describe, expect, it } from "vitest";
import { METHODS } from "../../src/model/methods.ts";
import { forecast } from "../../src/model/model.ts";

/** Returns five weeks of hours: a straight line, a day, a week, and a known remainder of at most 1. */
const curve = (t: number) =>
  100 + 0.05 * t + 10 * Math.sin((2 * Math.PI * t) / 24) + 6 * Math.cos((2 * Math.PI * t) / 168);
const n = 24 * 7 * 5;
const y = Float64Array.from({ length: n }, (_, t) => curve(t) + (((7 * t) % 11) - 5) / 5);
const truth = Array.from({ length: 96 }, (_, i) => curve(n + i));

/** Returns the largest error of the forecasts by a method. */
function largestError(method: "linear" | "stlf" | "tbats", ...periods: readonly number[]): number {
  const { mean } = forecast(METHODS[method](y, 24, periods.length > 0 ? periods : undefined), { h: truth.length });
  return truth.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (mean[i] ?? NaN))), 0);
}

describe("methods that take several periods", () => {
  it.each(["linear", "stlf"] as const)("%s follows a day and a week, which a day alone does not tell", (method) => {
    expect(largestError(method, 24, 168)).toBeLessThan(2);
    expect(largestError(method, 24)).toBeGreaterThan(2.5);
    expect(largestError(method)).toBe(largestError(method, 24));
  });
  it("stlf is beside statsforecast's MSTL", () => {
    /**
     * By statsforecast 2.1.1: `MSTL([24, 168], AutoETS("ZZN")).forecast(y, 24)`. Its STL smooths seasons by lines where this
     * one, as R's, does by means: so the level is another by up to 1, but the day is the same.
     */
    const theirs = [
      148.362424, 150.792744, 152.582491, 155.899917, 156.572779, 157.794535, 158.466279, 157.491644, 156.866049,
      155.38687, 152.354407, 150.995335, 148.159564, 144.860282, 143.606336, 140.531642, 139.079264, 138.326729,
      137.269035, 137.901677, 138.930805, 139.480426, 142.527833, 144.617626,
    ];
    const { mean } = forecast(METHODS.stlf(y, 24, [24, 168]), { h: 24 });
    const differences = theirs.map((value, i) => value - (mean[i] ?? NaN));
    for (const difference of differences) expect(Math.abs(difference)).toBeLessThan(1);
    expect(Math.max(...differences) - Math.min(...differences)).toBeLessThan(0.2);
  });
  it("round periods where they repeat a season's values, and leave out those that fit less than twice", () => {
    const forecasts = (...periods: readonly number[]) => forecast(METHODS.stlf(y, 24, periods), { h: 5 }).mean;
    expect(forecasts(24.2, 167.8, 500)).toEqual(forecasts(24, 168));
    expect(forecasts(1, 24)).toEqual(forecasts(24));
  });
});
