import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitted, forecast, holtWinters, normal, random, residuals } from "../../src/index.ts";

const seasonal = (n: number, period: number, slope: number, noise: number, seed = 1) => {
  const uniform = random(seed);
  return Float64Array.from(
    { length: n },
    (_, t) => 100 + slope * t + 10 * Math.sin((2 * Math.PI * t) / period) + noise * normal(uniform),
  );
};

describe("holtWinters", () => {
  it("continues an exact line with an exact season exactly", () => {
    const y = seasonal(84, 12, 0.5, 0);
    const next = seasonal(108, 12, 0.5, 0).subarray(84);
    const { mean, lower, upper } = forecast(holtWinters(y, { period: 12 }), { h: 24 });
    mean.forEach((value, i) => expect(Math.abs(value - next[i]!)).toBeLessThan(1e-6));
    lower[1]!.forEach((value, i) => expect(upper[1]![i]! - value).toBeLessThan(1e-6));
  });

  it("finds smoothing parameters no worse than a fine grid's", () => {
    const y = seasonal(120, 4, 0.3, 3, 7);
    const model = holtWinters(y, { period: 4 });
    const sse = (alpha: number, beta: number, gamma: number) =>
      residuals({ ...model, alpha, beta, gamma }, y).reduce((sum, e) => sum + e * e, 0);
    const best = sse(model.alpha, model.beta, model.gamma);
    for (let a = 0.02; a < 1; a += 0.07)
      for (let b = 0.05; b < 1; b += 0.1)
        for (let g = 0.05; g < 1; g += 0.1)
          expect(best).toBeLessThanOrEqual(sse(a, Math.min(a, 0.2 / 4) * b, (1 - a) * g) * 1.0001);
  });

  it("covers: 95 % intervals of its own process hold about 95 % of the next values", () => {
    let hit = 0;
    for (let seed = 0; seed < 200; seed++) {
      const y = seasonal(210, 7, 0.1, 2, seed + 1);
      const { lower, upper } = forecast(holtWinters(y.subarray(0, 203), { period: 7 }), { h: 7, levels: [95] });
      for (let i = 0; i < 7; i++) if (y[203 + i]! >= lower[0]![i]! && y[203 + i]! <= upper[0]![i]!) hit++;
    }
    expect(hit / 1400).toBeGreaterThan(0.92);
    expect(hit / 1400).toBeLessThan(0.98);
  });

  it("shifts and scales with the data", () => {
    const y = seasonal(70, 7, 0.2, 4, 3);
    const base = forecast(holtWinters(y, { period: 7 }), { h: 14 });
    fc.assert(
      fc.property(
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (shift, scale) => {
          const other = forecast(
            holtWinters(
              y.map((v) => shift + scale * v),
              { period: 7 },
            ),
            { h: 14 },
          );
          other.mean.forEach((v, i) =>
            expect(Math.abs(v - shift - scale * base.mean[i]!)).toBeLessThan(1e-2 * scale * 10),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  // An outlier at the end of noise is no trend: the random walk repeats it, and the mean returns to 20.
  it.each([1, 2, 3, 4])("does not continue an outlier as a trend, seed %i", (seed) => {
    const uniform = random(seed);
    for (const n of [10, 21, 38, 84])
      for (const period of [4, 7]) {
        const y = Float64Array.from({ length: n }, (_, t) => 20 + normal(uniform) + (t === n - 1 ? 100 : 0));
        const { mean } = forecast(holtWinters(y, { period }), { h: period });
        for (const value of mean) {
          expect(value).toBeLessThan(120 + 0.5 * 100);
          expect(value).toBeGreaterThan(20 - 0.5 * 100);
        }
      }
  });

  it.each([2 ** -40, 1e-12, 1e-6, 1e12])("forecasts a series times %s as its forecast times that", (factor) => {
    const y = seasonal(70, 7, 0.2, 4, 3);
    const { mean } = forecast(holtWinters(y, { period: 7 }), { h: 14 });
    const multiple = y.map((value) => factor * value);
    forecast(holtWinters(multiple, { period: 7 }), { h: 14 }).mean.forEach((value, i) =>
      expect(value / factor).toBeCloseTo(mean[i]!, 8),
    );
  });

  it.each([1e6, 1e9])("forecasts a series plus %s as its forecast plus that", (shift) => {
    // 2 to the power of -20 is a step that values at 1e9 can take.
    const y = seasonal(70, 7, 0.2, 4, 3).map((value) => Math.round(value * 2 ** 20) / 2 ** 20);
    const { mean, upper } = forecast(holtWinters(y, { period: 7 }), { h: 14 });
    const moved = y.map((value) => value + shift);
    const high = forecast(holtWinters(moved, { period: 7 }), { h: 14 });
    high.mean.forEach((value, i) => expect(value - shift).toBeCloseTo(mean[i]!, 5));
    high.upper[1]!.forEach((value, i) => expect(value - shift).toBeCloseTo(upper[1]![i]!, 5));
  });

  it("survives JSON to the same bits, and fits where it was fitted", () => {
    const y = seasonal(60, 7, 0.2, 4, 5);
    const model = holtWinters(y, { period: 7 });
    const again = JSON.parse(JSON.stringify(model));
    expect(forecast(again, { h: 30, levels: [50, 99] })).toEqual(forecast(model, { h: 30, levels: [50, 99] }));
    expect(fitted(again, y)).toEqual(fitted(model, y));
    const sse = residuals(model, y).reduce((sum, e) => sum + e * e, 0);
    expect(sse / (60 - 11)).toBeCloseTo(model.sigma2, 9);
  });

  it("intervals grow with the level and the horizon", () => {
    const { lower, upper } = forecast(holtWinters(seasonal(60, 7, 0.2, 4, 9), { period: 7 }), {
      h: 30,
      levels: [95, 50, 80],
    });
    const width = (level: number, i: number) => upper[level]![i]! - lower[level]![i]!;
    for (let i = 0; i < 30; i++) {
      expect(width(0, i)).toBeLessThan(width(1, i));
      expect(width(1, i)).toBeLessThan(width(2, i));
      if (i > 0) expect(width(2, i)).toBeGreaterThanOrEqual(width(2, i - 1));
    }
  });

  it("moves over missing values", () => {
    const y = seasonal(84, 12, 0.5, 0);
    for (const t of [0, 5, 40, 41, 42, 83]) y[t] = NaN;
    const { mean } = forecast(holtWinters(y, { period: 12 }), { h: 12 });
    mean.forEach((value, i) =>
      expect(Math.abs(value - (100 + 0.5 * (84 + i) + 10 * Math.sin((2 * Math.PI * (84 + i)) / 12)))).toBeLessThan(3),
    );
  });

  it("starts where the series starts, however much is missing before", () => {
    const y = Float64Array.from({ length: 70 }, (_, t) => (t < 40 ? NaN : 7));
    expect(
      Array.from(forecast(holtWinters(y, { period: 7 }), { h: 2 }).mean, (v) => Math.round(v * 1e9) / 1e9),
    ).toEqual([7, 7]);
  });

  it("bad input: constant and short series have documented fallbacks, the rest a clear RangeError", () => {
    const constant = forecast(holtWinters(new Float64Array(50).fill(7), { period: 7 }), { h: 3 });
    expect(Array.from(constant.mean)).toEqual([7, 7, 7]);
    expect(holtWinters([1, 2, 3, 4, 5], { period: 12 }).period).toBe(1);
    expect(() => holtWinters([], { period: 7 })).toThrow("0 observed values out of 0; at least 3 are needed");
    expect(() => holtWinters([1, NaN, 2], { period: 1 })).toThrow("2 observed values out of 3");
    expect(() => holtWinters([1, 2, Infinity, 4], { period: 1 })).toThrow("Infinity at position 2");
    expect(() => holtWinters([1, 2, 3, 4], { period: 1.5 })).toThrow("period is 1.5");
    expect(() => forecast(holtWinters([1, 2, 3, 4], { period: 1 }), { h: 0 })).toThrow("h is 0");
    expect(() => forecast(holtWinters([1, 2, 3, 4], { period: 1 }), { h: 1, levels: [80, 100] })).toThrow(
      "level is 100",
    );
    expect(() => forecast(holtWinters([1, 2, 3, 4], { period: 1 }), { h: 1, levels: [0.8, 0.95] })).toThrow(
      "level is 0.8; it must be a percentage of at least 1 and below 100, such as 95",
    );
  });
});
