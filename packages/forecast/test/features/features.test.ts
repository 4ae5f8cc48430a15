import { describe, expect, it } from "vitest";
import { detectPeriods, features, normal, random, spectralEntropy } from "../../src/index.ts";

const noise = (n: number, seed: number) => {
  const uniform = random(seed);
  return Array.from({ length: n }, () => normal(uniform));
};
const wave = (t: number, period: number) => Math.sin((2 * Math.PI * t) / period);

describe("features", () => {
  it("by hand", () => {
    const got = features([0, 0, 2, NaN, NaN, 0, 4, 0, NaN]);
    expect(got).toMatchObject({ length: 9, observed: 6, missing: 3, gaps: 2, zeros: 4, mean: 1, adi: 3 });
    expect(got.cv2).toBeCloseTo(1 / 9, 12);
    expect(got.demand).toBe("intermittent");
    expect(features([1, 2, 1, 30, 1]).demand).toBe("erratic");
    expect(features([0, 0, 1, 0, 0, 30, 0, 1]).demand).toBe("lumpy");
    expect(features([5, 6, 7]).demand).toBe("smooth");
    expect(features([0, 0]).demand).toBeNull();
    expect(features([3, -1, 0]).demand).toBeNull();
    expect(() => features([])).toThrow("0 observed values");
  });
  it("noise has high entropy and no season; a wave little entropy, and its season", () => {
    const white = noise(1095, 1);
    expect(spectralEntropy(white)).toBeGreaterThan(0.9);
    expect(spectralEntropy(white.map((_, t) => wave(t, 16)))).toBeLessThan(0.3);
    const weekly = features(
      white.map((z, t) => 3 * wave(t, 7) + z + (t >= 500 ? 9 : 0)),
      { period: 7 },
    );
    expect(weekly.seasonalStrength).toBeGreaterThan(0.7);
    expect(weekly.changes.length).toBeGreaterThan(0);
    expect(Math.min(...weekly.changes.map((t) => Math.abs(t - 500)))).toBeLessThanOrEqual(4);
  });
});

describe("detectPeriods", () => {
  const periodsOf = (y: number[]) => detectPeriods(y).map(({ period }) => period);
  it("daily with week and year, hourly with day and week, monthly: trend or not", () => {
    const z = noise(2000, 2);
    expect(
      periodsOf(z.slice(0, 1095).map((e, t) => 3 * wave(t, 7) + 20 * wave(t, 365.25) + 0.3 * e + 0.05 * t)).sort(
        (a, b) => a - b,
      ),
    ).toEqual([7, 365.25]);
    expect(periodsOf(z.map((e, t) => 5 * wave(t, 24) + 12 * wave(t, 168) + e)).slice(0, 2)).toEqual([24, 168]);
    expect(periodsOf(z.slice(0, 120).map((e, t) => 3 * wave(t, 12) + e + 0.2 * t))).toEqual([12]);
  });
  it("seldom anything in white noise or a random walk", () => {
    let white = 0;
    let walk = 0;
    for (let seed = 100; seed < 200; seed++) {
      const z = noise(300, seed);
      let level = 0;
      white += periodsOf(z).length > 0 ? 1 : 0;
      walk += periodsOf(z.map((e) => (level += e))).length > 0 ? 1 : 0;
    }
    expect([white <= 10, walk <= 10], `${white} and ${walk} of 100`).toEqual([true, true]);
  });
  it("none for a constant or short series; bad options are named", () => {
    expect(detectPeriods(new Array(50).fill(2))).toEqual([]);
    expect(detectPeriods([1, 2, 3])).toEqual([]);
    expect(() => detectPeriods([1], { candidates: [1] })).toThrow("candidate period 1");
  });
});
