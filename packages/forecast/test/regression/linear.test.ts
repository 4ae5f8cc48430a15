import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Forecast,
  fitted,
  forecast,
  type LinearModel,
  linearModel,
  normal,
  random,
  simulate,
  update,
} from "../../src/index.ts";

const golden = JSON.parse(readFileSync(new URL("../fixtures/regression.json", import.meta.url), "utf8"));
const y = Float64Array.from(golden.y as number[], Math.log);
/** Returns largest difference relative to the larger of 1 and the expected size. */
const differs = (got: ArrayLike<number>, expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))));

describe("linearModel", () => {
  it("agrees with R's tslm with trend and season to 1e-9: months as calendar effects", () => {
    const model = linearModel(y, { trend: true, calendar: { start: "1949-01-01", unit: "month" }, effects: ["month"] });
    expect(differs(model.coef, golden.tslm.coef)).toBeLessThan(1e-9);
    expect(differs(model.se, golden.tslm.se)).toBeLessThan(1e-9);
    expect(differs([model.sigma2, model.logLik!], [golden.tslm.sigma2, golden.tslm.logLik])).toBeLessThan(1e-9);
    const { mean, lower, upper } = forecast(model, { h: 3 });
    expect(differs(mean, golden.tslm.mean)).toBeLessThan(1e-9);
    expect(differs(lower[1]!, golden.tslm.lower95)).toBeLessThan(1e-9);
    expect(differs(upper[0]!, golden.tslm.upper80)).toBeLessThan(1e-9);
    const same = linearModel(y, { trend: true, fourier: [{ period: 12, harmonics: 6 }] });
    expect(differs(forecast(same, { h: 3 }).lower[1]!, golden.tslm.lower95)).toBeLessThan(1e-9);
  });
  it("agrees with R's lm on lags to 1e-9", () => {
    const model = linearModel(y, { lags: [1, 12] });
    expect(differs(model.coef, golden.lags.coef)).toBeLessThan(1e-9);
    expect(differs(model.se, golden.lags.se)).toBeLessThan(1e-9);
  });
  it("ridge is the closed form", () => {
    const x = [1, 4, 2, 8, 5, 7];
    const z = [2, 3, 1, 9, 6, 5];
    const model = linearModel(z, { xreg: { x }, ridge: 2.5 });
    const mean = (v: number[]) => v.reduce((a, b) => a + b) / v.length;
    const sxx = x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0);
    const sxy = x.reduce((sum, v, i) => sum + (v - mean(x)) * z[i]!, 0);
    const slope = sxy / (sxx + (2.5 * sxx) / 6);
    expect(model.coef[1]).toBeCloseTo(slope, 12);
    expect(model.coef[0]).toBeCloseTo(mean(z) - slope * mean(x), 12);
    expect(model.df).toBeCloseTo(6 - 1 - 1 / (1 + 2.5 / 6), 12);
  });
  it("forecasts lags recursively, with an AR(1)'s variance", () => {
    const uniform = random(1);
    const z = [0];
    for (let t = 1; t < 400; t++) z.push(0.6 * z[t - 1]! + normal(uniform));
    const model = linearModel(z, { lags: [1] });
    const [c, phi] = model.coef as [number, number];
    const { mean, upper } = forecast(model, { h: 3, levels: [95] });
    expect(mean[1]).toBeCloseTo(c + phi * (c + phi * z.at(-1)!), 12);
    const width = (i: number) => upper[0]![i]! - mean[i]!;
    expect(width(2) / width(0)).toBeCloseTo(Math.sqrt(1 + phi ** 2 + phi ** 4), 12);
    const paths = simulate(model, { h: 3, paths: 4000, seed: 2 });
    const end = paths.map((path) => path[2]!);
    const average = end.reduce((a, b) => a + b) / end.length;
    expect(Math.abs(average - mean[2]!)).toBeLessThan(0.1);
    const deviation = Math.sqrt(end.reduce((sum, v) => sum + (v - average) ** 2, 0) / end.length);
    expect(deviation / (width(2) / 1.966)).toBeCloseTo(1, 1);
  });
  it("update then forecast is the forecast of the same coefficients at the end; a missing value is expected", () => {
    const model = linearModel(y.subarray(0, 130), { trend: true, lags: [1, 12] });
    const moved = update(model, y.subarray(130));
    const expected = fitted(model, y);
    expect(update(model, y.subarray(130, 137)).length).toBe(137);
    expect(forecast(update(model, y.subarray(130, 137)), { h: 1 }).mean[0]).toBeCloseTo(expected[137]!, 12);
    expect(forecast(moved, { h: 3 }).mean.length).toBe(3);
    expect(forecast(update(model, [NaN]), { h: 2 }).mean[0]).toBeCloseTo(forecast(model, { h: 2 }).mean[1]!, 12);
  });
  it("holidays have windows; dependent columns are dropped and named", () => {
    const z = Array.from({ length: 60 }, (_, t) => t % 7);
    z[24] = 50;
    z[25] = 30;
    z[54] = 50;
    z[55] = 30;
    const model = linearModel(z, {
      calendar: { start: "2024-01-01", unit: "day" },
      effects: ["dayOfWeek", "month"],
      holidays: [{ name: "fair", dates: ["2024-01-25", "2024-02-24", "2024-03-03"], after: 1 }],
    });
    expect(model.dropped).toContain("month=3");
    const { mean } = forecast(model, { h: 4 });
    expect(mean[2]! - mean[0]!).toBeGreaterThan(20);
    expect(mean[3]! - mean[1]!).toBeGreaterThan(10);
  });
  it("skips missing rows, keeps its bits through JSON and names errors", () => {
    let count = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(NaN)), {
          minLength: 20,
          maxLength: 40,
        }),
        (v) => {
          const values = v.map((value) => value + 0);
          let model: LinearModel;
          let ahead: Forecast;
          try {
            model = linearModel(values, { trend: { knots: [10] }, lags: [1] });
            ahead = forecast(model, { h: 5 });
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            return;
          }
          expect(forecast(JSON.parse(JSON.stringify(model)), { h: 5 })).toEqual({ ...ahead });
          expect([...ahead.mean, ...ahead.upper[0]!].every(Number.isFinite)).toBe(true);
          count++;
        },
      ),
    );
    expect(count).toBeGreaterThan(30);
    const with10 = linearModel(y, { xreg: { x: y.map((v) => v ** 2) } });
    expect(() => forecast(with10, { h: 2 })).toThrow('regressor "x"');
    expect(() => linearModel(y, { effects: ["hour"] })).toThrow("calendar");
    expect(() => linearModel(y, { lags: [0] })).toThrow("a lag is 0");
    expect(() => linearModel([1, 2], { trend: true })).toThrow("2 complete rows");
    expect(() => linearModel(y, { ridge: -1 })).toThrow("ridge is -1");
  });
});
