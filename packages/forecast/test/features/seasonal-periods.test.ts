import { describe, expect, it } from "vitest";
import { seasonalPeriods } from "../../src/features/seasonal-periods.ts";
import { normal, random } from "../../src/stats/random.ts";

/** Returns values with the sum of seasonal waves, and noise of a standard deviation. */
function waves(n: number, periods: readonly number[], noise: number, seed = 1): Float64Array {
  const uniform = random(seed);
  return Float64Array.from({ length: n }, (_, t) =>
    periods.reduce((sum, period) => sum + 10 * Math.sin((2 * Math.PI * t) / period), 100 + noise * normal(uniform)),
  );
}

describe("the periods that a series has", () => {
  it("are those of its waves", () => {
    const candidates = [7, 365.25];
    expect(seasonalPeriods(waves(1100, [7, 365.25], 3), { candidates })).toEqual([7, 365.25]);
    expect(seasonalPeriods(waves(1100, [7], 3), { candidates })).toEqual([7]);
    expect(seasonalPeriods(waves(1100, [365.25], 3), { candidates })).toEqual([365.25]);
    expect(seasonalPeriods(waves(1100, [], 3), { candidates })).toEqual([]);
    expect(seasonalPeriods(waves(24 * 40, [24, 168], 3), { candidates: [24, 168, 8766] })).toEqual([24, 168]);
  });
  it("are that of the calendar where there is more than one season, but too little to tell", () => {
    const noise = waves(30, [], 1);
    expect(seasonalPeriods(noise.subarray(0, 24), { candidates: [12] })).toEqual([12]);
    expect(seasonalPeriods(noise.subarray(0, 13), { candidates: [12] })).toEqual([12]);
    expect(seasonalPeriods(noise.subarray(0, 12), { candidates: [12] })).toEqual([]);
  });
  it("are seldom found in noise of ten seasons: the docstring's 1 %, of 200 series", () => {
    const alarms = Array.from({ length: 200 }, (_, seed) =>
      seasonalPeriods(waves(120, [], 1, seed), { candidates: [12] }),
    ).filter((periods) => periods.length > 0);
    expect(alarms.length).toBeLessThanOrEqual(5);
  });
  it("do not depend on missing values at the ends, scale or level", () => {
    const y = waves(80, [12], 8);
    const candidates = [12];
    const periods = seasonalPeriods(y, { candidates });
    expect(periods).toEqual([12]);
    expect(seasonalPeriods(Float64Array.of(NaN, NaN, ...y, NaN), { candidates })).toEqual(periods);
    expect(
      seasonalPeriods(
        y.map((value) => 1e6 * value - 5e8),
        { candidates },
      ),
    ).toEqual(periods);
  });
  it("are none of a constant series, of one without values, and without candidates", () => {
    expect(seasonalPeriods(new Float64Array(60).fill(3), { candidates: [12] })).toEqual([]);
    expect(seasonalPeriods(new Float64Array(60).fill(NaN), { candidates: [12] })).toEqual([]);
    expect(seasonalPeriods(waves(60, [12], 1), { candidates: [] })).toEqual([]);
  });
  it("refuses candidates that do not ascend, and infinite values", () => {
    expect(() => seasonalPeriods([1, 2, 3], { candidates: [12, 7] })).toThrow("candidate period 7 is not allowed");
    expect(() => seasonalPeriods([1, Infinity, 3], { candidates: [2] })).toThrow("Infinity");
  });
});
