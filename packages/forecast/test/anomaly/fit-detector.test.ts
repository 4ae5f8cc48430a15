import { describe, expect, it } from "vitest";
import { expectReadings, fitDetector, judgeReadings, normal, normalQuantile, random } from "../../src/index.ts";

const DAY = 1440;
const season = (t: number) => 20 + 5 * Math.sin((2 * Math.PI * t) / DAY) + 2 * Math.cos((4 * Math.PI * t) / DAY);

/** Returns two harmonics of a day and autocorrelated noise of standard deviation 1. */
function sensor(n: number, { phi = 0.6, seed = 1 } = {}): Float64Array {
  const uniform = random(seed);
  let x = normal(uniform);
  return Float64Array.from({ length: n }, (_, t) => {
    x = phi * x + Math.sqrt(1 - phi * phi) * normal(uniform);
    return season(t) + x;
  });
}
const history = sensor(3 * DAY);
const fitted = fitDetector(history, { periods: [DAY] });
/** Verdicts on readings after the history: the kinds of what is reported, by position. */
function reported(readings: ArrayLike<number>, detector = fitted.detector) {
  const { kinds, since } = judgeReadings(detector, Array.from(readings)).verdicts;
  return kinds.flatMap((kind, position) => (kind === null ? [] : [{ kind, position, since: since[position] }]));
}
const DAYS = sensor(4 * DAY);
const next = DAYS.slice(3 * DAY);
const changed = (change: (value: number, t: number) => number) => next.map(change);

describe("fitDetector", () => {
  it("finds a season of 1,440 steps and its noise, though one reading in fifty is wrong", () => {
    const uniform = random(9);
    const dirty = history.map((value) => (uniform() < 0.02 ? value + 40 : value));
    for (const y of [history, dirty]) {
      const { detector } = fitDetector(y, { periods: [DAY] });
      expect(detector.leftOut).toEqual([]);
      expect(Math.abs(detector.noise.phi - 0.6)).toBeLessThan(0.07);
      const { mean, lower } = expectReadings(detector, { h: DAY, levels: [99.99] });
      // sqrt(1 - 0.36) = 0.8 times the normal quantile, whose tail the anomalies are not taken for.
      const reach = (mean[0] ?? NaN) - (lower[0]?.[0] ?? NaN);
      expect(Math.abs(reach / (0.8 * normalQuantile(0.99995)) - 1)).toBeLessThan(0.08);
      // An average of three days of noise is off by (1 + phi) / (1 - phi) / 3 readings' variance at one harmonic at most.
      const worst = Math.max(...mean.subarray(20).map((value, i) => Math.abs(value - season(i + 20))));
      expect(worst).toBeLessThan(0.6);
    }
  });
  it("names a period that the history has less than two seasons of", () => {
    expect(fitDetector(history, { periods: [DAY, 7 * DAY] }).detector.leftOut).toEqual([7 * DAY]);
  });
  it("keeps an interval as wide as the tails of its errors, wider with the steps as AR(1) says", () => {
    const { lower, upper } = expectReadings(fitted.detector, { h: 40, levels: [95] });
    const width = (i: number) => ((upper[0]?.[i] ?? NaN) - (lower[0]?.[i] ?? NaN)) / 2;
    // One step: sqrt(1 - 0.36) = 0.8; far ahead: 1.
    expect(Math.abs(width(0) / (0.8 * normalQuantile(0.975)) - 1)).toBeLessThan(0.06);
    expect(Math.abs(width(39) / width(0) / (1 / 0.8) - 1)).toBeLessThan(0.06);
  });
  it("refuses too few readings and options out of range", () => {
    expect(() => fitDetector(history.subarray(0, 19))).toThrow("at least 20");
    expect(() => fitDetector(history, { level: 100 })).toThrow("level is 100");
    expect(() => fitDetector(history, { periods: [0] })).toThrow("period is 0");
    expect(() => fitDetector([...history, Infinity])).toThrow("Infinity");
  });
  it("keeps a constant sensor quiet, and reports when it is not", () => {
    const { detector } = fitDetector(new Array(100).fill(7));
    expect(reported([7, 7, 7], detector)).toEqual([]);
    expect(reported([7, 8, 7], detector)).toMatchObject([{ kind: "spike", position: 1 }]);
  });
});

describe("judgeReadings", () => {
  it("reports clean readings at about the stated rate", () => {
    const { detector } = fitDetector(history, { periods: [DAY], level: 99 });
    const days = sensor(23 * DAY).subarray(3 * DAY);
    const share = reported(days, detector).length / days.length;
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.02);
  });
  it("gives the same in several calls as in one, through JSON", () => {
    const once = judgeReadings(
      fitted.detector,
      changed((value, t) => (t % 100 < 3 ? NaN : t > 700 ? value + 6 : value)),
    );
    let { detector } = fitted;
    for (const [from, to] of [
      [0, 1],
      [1, 703],
      [703, 704],
      [704, DAY],
    ] as const) {
      const readings = changed((value, t) => (t % 100 < 3 ? NaN : t > 700 ? value + 6 : value)).subarray(from, to);
      const part = judgeReadings(detector, readings);
      expect(part.verdicts.expected).toEqual(once.verdicts.expected.slice(from, to));
      expect(part.verdicts.kinds).toEqual(once.verdicts.kinds.slice(from, to));
      expect(part.verdicts.since).toEqual(once.verdicts.since.slice(from, to).map((since) => since - from));
      detector = JSON.parse(JSON.stringify(part.detector));
    }
    expect(detector).toEqual(once.detector);
  });
  it("reports a spike, and keeps it from the state", () => {
    expect(reported(changed((value, t) => (t === 500 ? 1000 : value)))).toMatchObject([
      { kind: "spike", position: 500 },
    ]);
    const [clean, spiked] = [NaN, 1000].map(
      (reading) => judgeReadings(fitted.detector, [reading, 20]).verdicts.expected[1],
    );
    expect(spiked).toBe(clean);
  });
  it("reports a new level, and then expects it", () => {
    const shifted = changed((value, t) => (t >= 500 ? value + 8 : value));
    const [first, ...others] = reported(shifted);
    expect(first).toMatchObject({ kind: "spike", position: 500 });
    const shift = others.find(({ kind }) => kind === "level-shift");
    expect(shift).toMatchObject({ since: 500 });
    expect(shift?.position).toBeLessThan(530);
    expect(others.filter(({ position }) => position > 530)).toEqual([]);
  });
  it("reports a small lasting change and a drift by their sums", () => {
    const small = reported(changed((value, t) => (t >= 500 ? value + 2.5 : value)));
    expect(small.some(({ kind, since }) => kind !== "spike" && Math.abs((since ?? NaN) - 500) < 40)).toBe(true);
    const drifting = reported(changed((value, t) => value + (t < 200 ? 0 : (t - 200) / 100)));
    expect(drifting.some(({ kind }) => kind === "drift")).toBe(true);
  });
  it("reports equal readings, missing steps and a changed rate", () => {
    const stuck = reported(changed((value, t) => (t > 500 && t < 560 ? (next[500] ?? NaN) : value)));
    expect(stuck).toHaveLength(56);
    for (const { kind, since } of stuck) expect([kind, since]).toEqual(["stuck", 500]);
    const gap = reported(changed((value, t) => (t >= 500 && t < 510 ? NaN : value)));
    expect(gap.map(({ kind, since }) => [kind, since])).toEqual(new Array(8).fill(["missing", 500]));
    const sparse = reported(changed((value, t) => (t >= 500 && t % 5 > 0 ? NaN : value)));
    const rate = sparse.filter(({ kind }) => kind === "rate");
    expect(rate[0]?.position).toBeLessThan(530);
    expect(rate.at(-1)?.position).toBe(1435);
  });
  it("has a band that widens over a gap as the variance of AR(1) does", () => {
    const { noise } = fitted.detector;
    const { lower, upper } = judgeReadings(fitted.detector, [NaN, NaN, NaN, NaN, 20, 20]).verdicts;
    const width = (t: number) => (upper[t] ?? NaN) - (lower[t] ?? NaN);
    // Without reading noise: sum of phi^2i over the steps since the last reading.
    const variance = (steps: number) => (1 - noise.phi ** (2 * steps)) / (1 - noise.phi ** 2);
    expect(noise.drive).toBeGreaterThan(0.99);
    expect(width(4) / width(0)).toBeCloseTo(Math.sqrt(variance(5) / variance(1)), 2);
    expect(width(5)).toBeCloseTo(width(0), 2);
  });
});
