import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformalQuantile } from "../../src/contest/calibration.ts";
import {
  conformal,
  type FittedModel,
  fitted,
  forecast,
  mean,
  naive,
  normal,
  random,
  simulate,
  snaive,
  update,
} from "../../src/index.ts";
import { simulated } from "./simulated.ts";

/** Mean models whose own intervals are a quarter as wide as they should be. */
const narrow = {
  name: "narrow",
  fit: (y: Float64Array): FittedModel => ({ ...mean(y), sigma2: mean(y).sigma2! / 16 }),
};

/**
 * Returns share of the next 4 values inside the intervals of each level, over seeded series of Student's t with 3
 * degrees.
 */
function coverage(form: "scaled" | "absolute", series: number, n: number): number[] {
  const uniform = random(11);
  const heavy = () => {
    const chi2 = normal(uniform) ** 2 + normal(uniform) ** 2 + normal(uniform) ** 2;
    return normal(uniform) / Math.sqrt(chi2 / 3);
  };
  const inside = [0, 0];
  for (let i = 0; i < series; i++) {
    const y = Float64Array.from({ length: n + 4 }, heavy);
    const { lower, upper } = forecast(conformal(narrow, y.slice(0, n), { h: 4, windows: 40, step: 2, form }), { h: 4 });
    for (let l = 0; l < 2; l++)
      for (let j = 0; j < 4; j++)
        if (y[n + j]! >= lower[l]![j]! && y[n + j]! <= upper[l]![j]!) inside[l]! += 1 / (4 * series);
  }
  return inside;
}

describe("conformal", () => {
  // 500 series of 4 steps: the standard error of a share is at most 0.9 % at 80 %, 0.5 % at 95 %, if independent.
  for (const form of ["scaled", "absolute"] as const)
    it(`has its stated coverage on heavy-tailed series, for any interval of the model: ${form}`, () => {
      const [at80, at95] = coverage(form, 500, 150);
      expect(at80).toBeGreaterThan(0.77);
      expect(at80).toBeLessThan(0.84);
      expect(at95).toBeGreaterThan(0.93);
      expect(at95).toBeLessThan(0.98);
    });

  it("takes the ⌈(m + 1) p⌉-th smallest score, and a normal tail beyond the largest", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }), (scores) => {
        const sorted = [...scores].sort((a, b) => a - b);
        const m = sorted.length;
        expect(conformalQuantile([...scores], 1 / (m + 1))).toBe(sorted[0]);
        expect(conformalQuantile([...scores], m / (m + 1))).toBe(sorted.at(-1));
        expect(conformalQuantile([...scores], 0.999)).toBeGreaterThanOrEqual(sorted.at(-1)!);
      }),
    );
    expect(conformalQuantile([1], 0.95)).toBeCloseTo(1.959963984540054 / 0.6744897501960817, 9);
  });

  it("keeps the model's point forecasts, and is plain data", () => {
    const y = simulated(12, 100);
    for (const form of ["scaled", "absolute"] as const) {
      const model = conformal("snaive", y, { period: 4, h: 6, form });
      const options = { h: 10, levels: [50, 80, 90, 99] };
      const ahead = forecast(model, options);
      expect(ahead.mean).toEqual(forecast(snaive(y, { period: 4 }), options).mean);
      expect(forecast(JSON.parse(JSON.stringify(model)), options)).toEqual(ahead);
      for (const bounds of [ahead.lower, ahead.upper])
        for (const bound of bounds) expect([...bound].every(Number.isFinite)).toBe(true);
      expect(fitted(model, y)).toEqual(fitted(model.model, y));
      expect(update(model, [1, 2, 3]).model).toEqual(update(model.model, [1, 2, 3]));
      expect(() => simulate(model, { h: 1, seed: 1 })).toThrow("simulate");
    }
  });

  it("interpolates factors between levels and keeps the last beyond the calibrated steps", () => {
    const model = {
      ...conformal("naive", simulated(13, 60), { h: 2 }),
      levels: [80, 90],
      factors: [
        [1, 2],
        [2, 4],
      ],
    };
    const uncalibrated = forecast(model.model, { h: 4, levels: [85, 95] });
    const ahead = forecast(model, { h: 4, levels: [85, 95] });
    const ratio = (l: number) =>
      [...ahead.upper[l]!].map(
        (u, j) => (u - uncalibrated.mean[j]!) / (uncalibrated.upper[l]![j]! - uncalibrated.mean[j]!),
      );
    for (const [j, expected] of [1.5, 3, 3, 3].entries()) expect(ratio(0)[j]).toBeCloseTo(expected, 12);
    for (const [j, expected] of [2, 4, 4, 4].entries()) expect(ratio(1)[j]).toBeCloseTo(expected, 12);
  });

  it("does not look at the values to come: a fitted model is calibrated on what followed, and moved over it", () => {
    const y = simulated(14, 120);
    const model = conformal(naive(y.slice(0, 60)), y.slice(60), { h: 3 });
    expect(model.model).toEqual(update(naive(y.slice(0, 60)), y.slice(60)));
    expect(forecast(model, { h: 3 }).mean[0]).toBe(y[119]);
  });

  it("fits at the first origin only where refit is false", () => {
    let fits = 0;
    const counting = {
      name: "counting",
      fit: (values: Float64Array) => {
        fits++;
        return naive(values);
      },
    };
    const y = simulated(15, 60);
    const cheap = conformal(counting, y, { h: 3, windows: 10, refit: false });
    expect(fits).toBe(2);
    expect(cheap.factors[0]).toHaveLength(3);
    conformal(counting, y, { h: 3, windows: 10 });
    expect(fits).toBe(2 + 11);
  });

  // m zeros of m + 1 exchangeable errors: the next one is 0 with a probability of m / (m + 1), and more is not known.
  it("has no width up to the level that errors of 0 vouch for, and the model's own beyond it", () => {
    const y = [3, 5, 3, 4, ...new Array<number>(40).fill(0)];
    const model = conformal(naive(y.slice(0, 20)), y.slice(20), { h: 1, levels: [80, 95, 99.99] });
    const { mean: point, upper } = forecast(model, { h: 1, levels: [80, 95, 99.99] });
    const uncalibrated = forecast(model.model, { h: 1, levels: [99.99] });
    expect(upper[0]![0]).toBe(point[0]);
    expect(upper[1]![0]).toBe(point[0]);
    expect(uncalibrated.upper[0]![0]).toBeGreaterThan(1);
    expect(upper[2]![0]).toBeCloseTo(uncalibrated.upper[0]![0]!, 12);
  });

  it("names arguments that are not allowed", () => {
    expect(() => conformal("naive", [1, 2, 3])).toThrow("one origin needs 5");
    expect(() => conformal("naive", new Array(30).fill(4), { h: 2 })).toThrow(
      "no forecast has an error to calibrate on",
    );
    expect(() => conformal("naive", [1, NaN, Infinity])).toThrow("Infinity at position 2");
  });
});
