import { describe, expect, it } from "vitest";
import {
  arima,
  autoArima,
  conformal,
  drift,
  type FittedModel,
  type Forecast,
  fitted,
  forecast,
  linearModel,
  METHODS,
  naive,
  normalQuantile,
  random,
  simulate,
  studentQuantile,
  supports,
  theta,
  update,
} from "../../src/index.ts";
import { normal } from "../../src/stats/random.ts";

const missing = (count: number) => new Array<number>(count).fill(NaN);

/** Returns positive demand with a weekly season, which every method can fit. */
function weekly(n: number, seed: number): number[] {
  const uniform = random(seed);
  return Array.from({ length: n }, (_, t) => 20 + 0.1 * t + 4 * Math.sin((2 * Math.PI * t) / 7) + normal(uniform));
}

/** Returns a few noisy steps along a line of slope 1 / 2. */
function line(n: number): number[] {
  const uniform = random(3);
  return Array.from({ length: n }, (_, t) => 50 + 0.5 * t + normal(uniform));
}

function walk(n: number): number[] {
  const uniform = random(5);
  let level = 100;
  return Array.from({ length: n }, () => (level += normal(uniform)));
}

/** Returns a forecast without its first steps. */
function later({ mean, levels, lower, upper }: Forecast, steps: number): Forecast {
  const after = (values: Float64Array) => values.slice(steps);
  return { mean: after(mean), levels, lower: lower.map(after), upper: upper.map(after) };
}

describe.each(Object.keys(METHODS) as (keyof typeof METHODS)[])("missing values at the ends, %s", (method) => {
  const fit = (y: readonly number[]): FittedModel => METHODS[method](Float64Array.from(y), 7);
  const y = weekly(70, 11);
  const h = 10;

  it("begins at the first observation", () => {
    const model = fit([...missing(20), ...y]);
    const without = fit(y);
    // The columns of a linear model count from the first value, which rounds otherwise.
    if (method === "linear") {
      const { mean } = forecast(without, { h });
      forecast(model, { h }).mean.forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 9));
      return;
    }
    expect(forecast(model, { h })).toEqual(forecast(without, { h }));
    if (!supports(model, "fitted")) return;
    expect(fitted(model, [...missing(20), ...y])).toEqual(Float64Array.from([...missing(20), ...fitted(without, y)]));
  });

  it("forecasts on from the last observation, as far ahead as it is", () => {
    const model = fit([...y, ...missing(20)]);
    expect(forecast(model, { h })).toEqual(later(forecast(fit(y), { h: 20 + h }), 20));
    if (!supports(model, "fitted")) return;
    expect(fitted(model, [...y, ...missing(20)]).subarray(0, 70)).toEqual(fitted(fit(y), y));
  });

  it("is the same model moved over missing values by update, in pieces or at once", () => {
    const model = fit(y);
    if (!supports(model, "update")) return;
    const moved = update(update(model, missing(2)), missing(1));
    expect(forecast(moved, { h })).toEqual(later(forecast(model, { h: 3 + h }), 3));
    expect(JSON.parse(JSON.stringify(moved))).toEqual(moved);
    expect(update(moved, [25, NaN])).toEqual(update(model, [NaN, NaN, NaN, 25, NaN]));
    expect(update(moved, [])).toEqual(moved);
  });
});

describe("missing values at the end", () => {
  it("widen a random walk's intervals by the square root of the steps since its last observation", () => {
    const y = walk(80);
    const k = 20;
    const { lower, upper } = forecast(naive([...y, ...missing(k)]), { h: 3, levels: [95] });
    const sigma = Math.sqrt(y.slice(1).reduce((sum, value, t) => sum + (value - y[t]!) ** 2, 0) / 79);
    [1, 2, 3].forEach((step, i) =>
      expect((upper[0]![i]! - lower[0]![i]!) / 2).toBeCloseTo(normalQuantile(0.975) * sigma * Math.sqrt(k + step), 9),
    );
  });

  it("leave the automatic choice as without them: the line continues", () => {
    const model = autoArima([...line(100), ...missing(100)], { period: 7 });
    expect(model.method).toBe(autoArima(line(100), { period: 7 }).method);
    expect(model.method).toContain("drift");
    // The line's own value there is 50 + 0.5 * 200.
    expect(Math.abs(forecast(model, { h: 1 }).mean[0]! - 150)).toBeLessThan(3);
  });

  it("widen a calibrated interval by the factors of the later steps", () => {
    const y = weekly(60, 2);
    const model = conformal("naive", [...y, NaN, NaN], { h: 4 });
    expect(forecast(model, { h: 2 })).toEqual(later(forecast(conformal("naive", y, { h: 4 }), { h: 4 }), 2));
    const followed = conformal(naive(y.slice(0, 30)), [...y.slice(30), NaN], { h: 4 });
    const whole = conformal(naive(y.slice(0, 30)), y.slice(30), { h: 4 });
    expect(forecast(followed, { h: 2 })).toEqual(later(forecast(whole, { h: 3 }), 1));
  });

  it("are stepped over by simulated paths", () => {
    const model = arima(walk(60), { order: [0, 1, 1] });
    const paths = simulate(update(model, missing(2)), { h: 4, paths: 3, seed: 7 });
    expect(paths).toEqual(simulate(model, { h: 6, paths: 3, seed: 7 }).map((path) => path.slice(2)));
    expect(() => simulate(update(model, missing(2)), { h: 0, seed: 7 })).toThrow("h is 0");
    expect(() => forecast(update(model, missing(2)), { h: 0 })).toThrow("h is 0");
  });
});

/** Expects two forecasts to be the same but for rounding. */
function expectClose(actual: Forecast, expected: Forecast): void {
  const rows = ({ mean, lower, upper }: Forecast) => [mean, ...lower, ...upper];
  rows(actual).forEach((row, i) => row.forEach((value, t) => expect(value).toBeCloseTo(rows(expected)[i]![t]!, 9)));
}

describe("regressors over missing values at the ends", () => {
  const n = 60;
  const promotion = Array.from({ length: n + 6 }, (_, t) => Number(t % 5 === 2 || t % 7 === 1));
  const y = weekly(n, 4).map((value, t) => value + 6 * promotion[t]!);
  const rows = (from: number, to: number) => ({ xreg: { promotion: promotion.slice(from, to) } });
  const models = {
    arima: (values: number[], xreg: { promotion: number[] }) => arima(values, { order: [1, 0, 0], xreg }),
    "auto-arima": (values: number[], xreg: { promotion: number[] }) => autoArima(values, { xreg }),
    linear: (values: number[], xreg: { promotion: number[] }) => linearModel(values, { trend: true, xreg }),
    "linear with lags": (values: number[], xreg: { promotion: number[] }) =>
      linearModel(values, { trend: true, lags: [1, 2], xreg }),
  };

  it.each(Object.entries(models))("%s: those after the last observation count for the steps between", (_, fit) => {
    const whole = fit(y, rows(0, n).xreg);
    const expected = later(forecast(whole, { h: 6, ...rows(n, n + 6) }), 3);
    const planned = fit([...y, ...missing(3)], rows(0, n + 3).xreg);
    expectClose(forecast(planned, { h: 3, ...rows(n + 3, n + 6) }), expected);
    const moved = update(update(whole, missing(2), rows(n, n + 2)), missing(1), rows(n + 2, n + 3));
    expectClose(forecast(moved, { h: 3, ...rows(n + 3, n + 6) }), expected);
    const pieces = update(moved, [30, 31], rows(n + 3, n + 5));
    expect(pieces).toEqual(update(whole, [NaN, NaN, NaN, 30, 31], rows(n, n + 5)));
    expect(() => forecast(moved, { h: 3, ...rows(n + 3, n + 5) })).toThrow('"promotion" has 2 values; 3 are needed');
  });

  it("are needed where a model has them", () => {
    expect(() => update(models.arima(y, rows(0, n).xreg), missing(2))).toThrow("promotion");
    expect(() => update(models["linear with lags"](y, rows(0, n).xreg), missing(2))).toThrow("promotion");
  });

  it("have paths vary as much as the intervals say", () => {
    const model = linearModel([...y, ...missing(3)], { lags: [1], ...rows(0, n + 3) });
    const last = simulate(model, { h: 1, paths: 20_000, seed: 1, ...rows(n + 3, n + 4) }).map((path) => path[0]!);
    const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
    const deviation = Math.sqrt(last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / last.length);
    // y follows the one before with this weight: the variance of step 4 of an AR(1), sigma2 (1 - phi^8) / (1 - phi^2).
    const phi = model.coef[model.names.indexOf("lag1")]!;
    const expected = Math.sqrt((model.sigma2 * (1 - phi ** 8)) / (1 - phi ** 2));
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
    const { lower, upper } = forecast(model, { h: 1, levels: [95], ...rows(n + 3, n + 4) });
    expect((upper[0]![0]! - lower[0]![0]!) / 2).toBeCloseTo(studentQuantile(0.975, model.df) * expected, 9);
  });

  it("before the first observation are left off with the missing values", () => {
    const expected = forecast(models.arima(y, rows(0, n).xreg), { h: 6, ...rows(n, n + 6) });
    const late = models.arima([...missing(9), ...y], {
      promotion: [...new Array<number>(9).fill(1), ...promotion.slice(0, n)],
    });
    expect(forecast(late, { h: 6, ...rows(n, n + 6) })).toEqual(expected);
  });
});

describe("missing values at the start", () => {
  it("leave theta's trend: its slope is half of the line's", () => {
    const { mean } = forecast(theta([...missing(20), ...Array.from({ length: 20 }, (_, t) => t + 1)]), { h: 2 });
    expect(mean[0]).toBeCloseTo(20.5, 3);
    expect(mean[1]).toBeCloseTo(21, 3);
  });

  it.each([10, 100, 300])("%i of them leave the automatic choice", (count) => {
    const y = line(100);
    expect(autoArima([...missing(count), ...y], { period: 7 })).toEqual({
      ...autoArima(y, { period: 7 }),
      leading: count,
    });
  });

  it("keep the place of a bad value in the message", () => {
    expect(() => METHODS.croston(Float64Array.of(NaN, 1, -2))).toThrow("-2 at position 2");
    expect(() => arima([NaN, 1, -2, 4], { lambda: 0 })).toThrow("-2 at position 2");
    expect(() => naive([NaN, 1, Infinity])).toThrow("Infinity at position 2");
  });
});

describe("drift over missing values", () => {
  // The straight line through the first and the last observation, in time.
  it.each([
    [
      [1, NaN, 3, NaN, 5, NaN, 7],
      [8, 9],
    ],
    [
      [0, NaN, 2, 3, 4],
      [5, 6],
    ],
    [
      [0, 1, 2, 3, 4, NaN, NaN],
      [7, 8],
    ],
  ])("%j", (y, expected) => {
    expect([...forecast(drift(y), { h: 2 }).mean]).toEqual(expected);
    expect(fitted(drift(y), y).subarray(1, 5)).toEqual(Float64Array.from(y.slice(0, 4), (_, t) => y[0]! + t + 1));
  });

  it("has a change over two steps vary twice as much", () => {
    const y = [1, NaN, 4, 4, NaN, NaN, 10];
    // Changes 3, 0, 6 over 2, 1, 3 steps: slope 9 / 6; the variance of a step is the mean of their squared distances from
    // it, each divided by its steps, over one less than there are.
    const sigma2 = ((3 - 3) ** 2 / 2 + (0 - 1.5) ** 2 + (6 - 4.5) ** 2 / 3) / 2;
    const model = drift(y);
    expect(model).toMatchObject({ slope: 1.5, steps: 6, nobs: 4 });
    expect(model.sigma2).toBeCloseTo(sigma2, 12);
    expect(model.slopeSe).toBeCloseTo(Math.sqrt(sigma2 / 6), 12);
    const moved = update(drift(y.slice(0, 4).concat(5)), [NaN, 7, NaN, 9]);
    const whole = drift([1, NaN, 4, 4, 5, NaN, 7, NaN, 9]);
    expect(moved.steps).toBe(whole.steps);
    for (const name of ["slope", "slopeSe", "sigma2"] as const) expect(moved[name]).toBeCloseTo(whole[name], 12);
  });
});
