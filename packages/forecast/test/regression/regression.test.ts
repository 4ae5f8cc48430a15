import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { arima } from "../../src/arima/index.ts";
import { forecast, normal, random, regression, update } from "../../src/index.ts";
import { ARIMA_WITH_REGRESSORS, LINEAR_WITH_REGRESSORS, SIMPLE, SMOOTHING } from "../../src/model/families.ts";

const { y, promo, price } = JSON.parse(
  readFileSync(new URL("../fixtures/promoted-sales.json", import.meta.url), "utf8"),
) as { y: number[]; promo: number[]; price: number[] };
const n = y.length - 7;
const past = { promo: promo.slice(0, n), price: price.slice(0, n) };
const ahead = { promo: promo.slice(n), price: price.slice(n) };
const autoArima = ARIMA_WITH_REGRESSORS["auto-arima"](7);
const ets = (remainder: Float64Array) => SMOOTHING.fits.ets(remainder, 7);

describe("regression with errors of a method", () => {
  it("has the coefficients of R's Arima(order = c(1,0,0), seasonal = c(0,1,1), xreg = )", () => {
    const model = arima(y.slice(0, n), { order: [1, 0, 0], seasonal: [0, 1, 1], period: 7, xreg: past });
    // R 4, forecast 8.20: coef, sqrt(diag(var.coef)), forecast(xreg = )$mean
    expect(model.coef.promo).toBeCloseTo(33.0700926945, 3);
    expect(model.coef.price).toBeCloseTo(-3.7026477913, 3);
    expect(model.se.promo).toBeCloseTo(1.10955, 2);
    expect(model.se.price).toBeCloseTo(0.387773, 2);
    const { mean } = forecast(model, { h: 7, xreg: ahead });
    for (const [i, value] of [89.876, 56.906, 84.552, 55.564, 53.316, 52.799, 30.855].entries())
      expect(mean[i]).toBeCloseTo(value, 1);
  });
  it("agrees with R's auto.arima(xreg = ) about effects within a standard error, whichever method has the errors", () => {
    // R: 32.5364 (1.0078) and -3.7157 (0.3712); mean of the 7 forecasts 57.455
    for (const errors of [autoArima, ets, LINEAR_WITH_REGRESSORS.linear(7)]) {
      const model = regression(y.slice(0, n), { xreg: past, period: 7, errors });
      expect(model.regressors).toEqual(["promo", "price"]);
      expect(Math.abs(model.coef[0]! - 32.5364)).toBeLessThan(1.01);
      expect(Math.abs(model.coef[1]! + 3.7157)).toBeLessThan(0.37);
      expect(model.se[0]).toBeGreaterThan(0.8);
      // Of the linear model, whose errors are taken to be independent, more.
      expect(model.se[0]).toBeLessThan(1.8);
      const { mean } = forecast(model, { h: 7, xreg: ahead });
      expect(Math.abs(mean.reduce((sum, value) => sum + value / 7, 0) - 57.455)).toBeLessThan(6);
    }
  });
  it("leaves out drivers that are constant, a combination, too many or useless, each with its reason", () => {
    const uniform = random(7);
    const xreg = {
      ...past,
      closed: past.promo.map(() => 0),
      planned: past.promo.map(() => Number.NaN),
      discount: past.price.map((value) => 10 - value),
      noise: past.promo.map(() => normal(uniform)),
    };
    const model = regression(y.slice(0, n), { xreg, period: 7, errors: ets });
    expect(model.left).toEqual({ planned: "never-seen", closed: "constant", discount: "collinear", noise: "no-gain" });
    expect(model.constant).toEqual({ closed: 0 });
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, k) => [`x${k}`, past.promo.map(() => normal(uniform))]),
    );
    const short = regression(y.slice(0, 16), {
      xreg: Object.fromEntries(Object.entries(many).map(([name, x]) => [name, x.slice(0, 16)])),
      errors: ets,
    });
    expect(Object.keys(short.left).filter((name) => short.left[name] === "too-few-rows")).toEqual([
      "x4",
      "x5",
      "x6",
      "x7",
      "x8",
    ]);
  });
  it("forecasts as the method alone where no regressor is of use", () => {
    const uniform = random(3);
    const model = regression(y.slice(0, n), {
      xreg: { noise: past.promo.map(() => normal(uniform)) },
      period: 7,
      errors: ets,
    });
    const alone = ets(Float64Array.from(y.slice(0, n)));
    expect(forecast(model, { h: 5 })).toEqual(forecast(alone, { h: 5 }));
  });
  it("moves over newer values as if it had always known them", () => {
    for (const errors of [autoArima, ets]) {
      const model = regression(y.slice(0, n), { xreg: past, period: 7, errors });
      const moved = update(model, y.slice(n, n + 3), {
        xreg: { promo: promo.slice(n, n + 3), price: price.slice(n, n + 3) },
      });
      const future = { promo: promo.slice(n + 3), price: price.slice(n + 3) };
      const before = forecast(model, { h: 7, xreg: ahead });
      const after = forecast(moved, { h: 4, xreg: future });
      // A promotion in a step adds its effect to that step alone.
      const promoted = forecast(moved, { h: 4, xreg: { ...future, promo: [0, 1, 0, 0] } });
      const plain = forecast(moved, { h: 4, xreg: { ...future, promo: [0, 0, 0, 0] } });
      expect(promoted.mean[1]! - plain.mean[1]!).toBeCloseTo(model.coef[0]!, 8);
      expect(promoted.mean[0]).toBe(plain.mean[0]);
      expect(after.mean).not.toEqual(before.mean.subarray(3));
    }
  });
  it("counts a time with a missing regressor as missing, and needs every future value", () => {
    const holes = { ...past, price: past.price.map((value, t) => (t === 50 ? NaN : value)) };
    const without = y.slice(0, n).map((value, t) => (t === 50 ? NaN : value));
    expect(regression(y.slice(0, n), { xreg: holes, period: 7, errors: ets }).coef).toEqual(
      regression(without, {
        xreg: { ...past, price: past.price.map((value, t) => (t === 50 ? 0 : value)) },
        period: 7,
        errors: ets,
      }).coef,
    );
    const model = regression(y.slice(0, n), { xreg: past, period: 7, errors: ets });
    expect(() => forecast(model, { h: 7, xreg: { promo: ahead.promo } })).toThrow('xreg has no column "price"');
  });
  it("chooses the number of harmonics of a long season by AICc", () => {
    const uniform = random(11);
    const length = 400;
    const turn = (k: number) => Array.from({ length }, (_, t) => (2 * Math.PI * k * t) / 91.3);
    const harmonics = Array.from({ length: 6 }, (_, k) => [`sin${k + 1}`, `cos${k + 1}`]);
    const xreg = Object.fromEntries(
      harmonics.flatMap(([sin = "", cos = ""], k) => [
        [sin, turn(k + 1).map(Math.sin)],
        [cos, turn(k + 1).map(Math.cos)],
      ]),
    );
    // Two harmonics, and noise of a tenth of their size.
    const series = turn(1).map((angle) => 50 + 10 * Math.sin(angle) + 6 * Math.cos(2 * angle) + normal(uniform));
    const model = regression(series, { xreg, errors: (remainder) => SIMPLE.fits.mean(remainder), nested: [harmonics] });
    expect(model.regressors).toEqual(["sin1", "cos1", "sin2", "cos2"]);
  });
});
