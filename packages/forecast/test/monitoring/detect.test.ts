import { describe, expect, it } from "vitest";
import {
  calibrate,
  dataShift,
  detect,
  judge,
  normal,
  random,
  type Thresholds,
  type WatchedSeries,
  whiten,
} from "../../src/index.ts";

const THRESHOLDS: Thresholds = {
  window: 30,
  minObservations: 8,
  reference: 0.5,
  decision: 12,
  coverageTolerance: 5,
  falseDiscoveryRate: 0.01,
  watchRatio: 2,
  watchShift: 3,
};
const NEUTRAL = { scale: 1, correlation: 0 };

/** Returns autoregressive errors of standard deviation `scale`. */
function errors(seed: number, n: number, correlation: number, scale: number): Float64Array {
  const uniform = random(seed);
  let last = normal(uniform);
  return Float64Array.from({ length: n }, () => {
    const value = scale * last;
    last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(uniform);
    return value;
  });
}

/** Returns a series with these standardised errors: normal data about 100, intervals as claimed. */
function watched(z: Float64Array, missing = 0): WatchedSeries {
  const inside = (limit: number) => z.map((value) => Number(Math.abs(value) <= limit));
  const uniform = random(7);
  return {
    z,
    scaled: z,
    hits: [
      { level: 80, inside: Uint8Array.from(inside(1.2816)) },
      { level: 95, inside: Uint8Array.from(inside(1.96)) },
    ],
    recent: z.map((value) => 100 + value),
    arrived: Uint8Array.from({ length: z.length + missing }, (_, t) => Number(t < z.length)),
    history: Float64Array.from({ length: 200 }, () => 100 + normal(uniform)),
  };
}

function verdict(series: WatchedSeries) {
  const findings = detect(series, THRESHOLDS, NEUTRAL);
  return { found: findings, ...judge(findings, findings.p, THRESHOLDS) };
}

describe("calibration", () => {
  it("finds scale and correlation of most series, though some broke", () => {
    const series = Array.from({ length: 200 }, (_, i) => errors(i, 200, 0.4, 1.5));
    for (const z of series.slice(0, 20)) z.fill(50, 100);
    const { scale, correlation } = calibrate(series);
    // Standard error of one series' root mean square: 1.5 / √(2 × 200 × (1 - 0.16)/(1 + 0.16)) = 0.09; of the median of
    // 200: below 0.01; the clipping at 4, and ten in a hundred broken, move it by no more than 0.05.
    expect(Math.abs(scale - 1.5)).toBeLessThan(0.08);
    expect(Math.abs(correlation - 0.4)).toBeLessThan(0.05);
    expect(calibrate([])).toEqual(NEUTRAL);
    expect(calibrate(series.slice(0, 9))).toEqual(NEUTRAL);
    expect(calibrate(series.map((z, i) => (i % 2 ? new Float64Array(20) : z.subarray(0, 7))))).toEqual(NEUTRAL);
  });
  it("whitens", () => {
    const white = whiten(errors(1, 20_000, 0.7, 2), { scale: 2, correlation: 0.7 });
    const { scale, correlation } = calibrate(new Array(10).fill(white));
    // Five standard errors, 1/√(2n) and 1/√n.
    expect(Math.abs(scale - 1)).toBeLessThan(5 / Math.sqrt(40_000));
    expect(correlation).toBeLessThan(5 / Math.sqrt(20_000));
  });
});

describe("detecting drift", () => {
  it("raises nothing on unchanged series", () => {
    const { verdict: name, reasons, found } = verdict(watched(errors(3, 100, 0, 1)));
    expect([name, reasons]).toEqual(["ok", []]);
    expect(found).toMatchObject({ n: 100, inWindow: 30, missing: 0 });
  });
  for (const sign of [1, -1])
    it(`finds a shift ${sign > 0 ? "up" : "down"}, and when it began`, () => {
      const z = errors(3, 100, 0, 1).map((value, t) => value + (t >= 80 ? 2 * sign : 0));
      const { verdict: name, reasons, found, severity } = verdict(watched(z));
      expect([name, reasons[0]]).toEqual(["drift", sign > 0 ? "too-low" : "too-high"]);
      expect(severity).toBeGreaterThan(1);
      expect(Math.abs(found.since - 80)).toBeLessThanOrEqual(5);
      expect(Math.sign(found.meanScaledError)).toBe(sign);
    });
  it("finds errors that became larger, and coverage that was lost", () => {
    const z = errors(3, 100, 0, 1).map((value, t) => (t >= 70 ? 4 * value : value));
    const { verdict: name, reasons } = verdict(watched(z));
    expect(name).toBe("drift");
    expect(reasons).toEqual(expect.arrayContaining(["wide-errors", "coverage-80", "coverage-95"]));
  });
  it("finds observations that no longer come, also when none ever came", () => {
    expect(verdict(watched(errors(3, 60, 0, 1), 10))).toMatchObject({ verdict: "drift", reasons: ["missing"] });
    expect(verdict(watched(new Float64Array(0), 10))).toMatchObject({ verdict: "drift", reasons: ["missing"] });
  });
  it("finds zeros where there were few", () => {
    const series = watched(errors(3, 60, 0, 1));
    const recent = series.recent.map((y, t) => (t >= 50 ? 0 : y));
    expect(verdict({ ...series, recent })).toMatchObject({ verdict: "drift", reasons: ["zeros"] });
  });
  it("watches data that moved and were forecast all the same", () => {
    const series = watched(errors(3, 60, 0, 1));
    const recent = series.recent.map((y) => y + 8);
    expect(verdict({ ...series, recent })).toMatchObject({ verdict: "watch", reasons: ["level"] });
  });
  it("has no verdict on a few errors, however large; nor on errors without a scale", () => {
    expect(verdict(watched(Float64Array.of(9, 9, 9)))).toMatchObject({ verdict: "no-data", reasons: ["few-actuals"] });
    expect(verdict(watched(new Float64Array(0)))).toMatchObject({ verdict: "no-data", reasons: ["no-actuals"] });
    const unknown = watched(new Float64Array(40).fill(NaN));
    const nothing = verdict({ ...unknown, hits: [], recent: errors(1, 40, 0, 1).map((e) => 100 + e) });
    expect(nothing).toMatchObject({ verdict: "ok", found: { up: 0, since: -1 } });
    expect(nothing.found.ratio).toBeNaN();
  });
  it("compares medians of the data, and spreads of their changes", () => {
    const history = Float64Array.from({ length: 101 }, (_, t) => t - 50);
    const restless = (by: number) => Float64Array.from({ length: 101 }, (_, t) => t - 50 + by * Math.sin(t * t));
    // The median absolute deviation of -50 … 50 is 25.
    expect(
      dataShift(
        history,
        history.map((value) => value + 74.13),
      ).level,
    ).toBeCloseTo(74.13 / (1.4826 * 25), 9);
    expect(dataShift(restless(1), restless(2)).spread).toBeCloseTo(2, 9);
    // A short stretch of a trend is about as restless as all of it.
    const { spread } = dataShift(restless(1), restless(1).subarray(40, 61));
    expect(Math.abs(Math.log(spread))).toBeLessThan(Math.log(2));
    expect(dataShift(new Float64Array(50).fill(3), history)).toEqual({ level: NaN, spread: NaN });
    expect(dataShift(history, Float64Array.of(1, 2, 3)).spread).toBeNaN();
  });
});
