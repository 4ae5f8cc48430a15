import { describe, expect, it } from "vitest";
import { best } from "../../src/contest/best.ts";
import {
  arima,
  croston,
  cumulative,
  ets,
  forecast,
  linearModel,
  METHODS,
  naive,
  regression,
  simulate,
  snaive,
  supports,
  theta,
  update,
} from "../../src/index.ts";
import { linearErrors } from "../../src/regression/linear-errors.ts";
import { normal, random } from "../../src/stats/random.ts";

const z95 = 1.6448536269514722;

function noise(n: number, seed: number): Float64Array {
  const uniform = random(seed);
  return Float64Array.from({ length: n }, () => normal(uniform));
}

const level = noise(200, 1).map((value) => 50 + 5 * value);
const demand = noise(120, 3).map((value) => (value > 0.5 ? Math.round(3 * value) : 0));

describe("cumulative", () => {
  it("has the quantile of a random walk's sum, whose variance is σ² Σ i²", () => {
    const y = noise(200, 2).map(
      (
        (sum) => (step: number) =>
          (sum += step)
      )(100),
    );
    const model = naive(y);
    const h = 10;
    const { mean, lower } = forecast(model, { h: 1, levels: [90] });
    const sigma = ((mean[0] ?? NaN) - (lower[0]?.[0] ?? NaN)) / z95;
    const deviation = sigma * Math.sqrt((h * (h + 1) * (2 * h + 1)) / 6);
    const sums = cumulative(model, { h, quantiles: [0.05, 0.95], paths: 20_000, seed: 1 });
    expect(sums.mean[h - 1]).toBeCloseTo(h * (mean[0] ?? NaN), 8);
    const [low, high] = sums.values.map((values) => ((values[h - 1] ?? NaN) - h * (mean[0] ?? NaN)) / deviation);
    expect(Math.abs((high ?? NaN) - z95)).toBeLessThan(0.05);
    expect(Math.abs((low ?? NaN) + z95)).toBeLessThan(0.05);
  });

  it("has the quantiles of a regression's sums, with the uncertainty of its coefficients: R's lm, vcov and qt", () => {
    const y = [12, 15, 11, 18, 21, 17, 16, 25, 19, 22, 24, 21];
    const x = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0];
    const options = { h: 4, quantiles: [0.95, 0.1], xreg: { x: [1, 0, 1, 1] }, seed: 1 };
    const model = linearModel(y, { trend: true, xreg: { x } });
    const { mean, values } = cumulative(model, options);
    // R 4.2: sums of predict(lm(y ~ t + x), new); their variance is sigma^2 k + s' vcov(m) s, s the sum of the rows.
    const judge = [
      [26.6783489096573, 49.7538940809969, 78.2780373831776, 107.72507788162],
      [30.3778609326112, 55.6737103040826, 86.6018565154575, 118.680065016726],
      [23.8871780250708, 45.287570257352, 71.9979654530333, 99.459868593798],
    ];
    for (const [i, row] of [mean, ...values].entries())
      row.forEach((value, t) => {
        expect(value).toBeCloseTo(judge[i]?.[t] ?? NaN, 9);
      });
    // So has the same regression as errors of `regression`, which the built-in model has with drivers; and a year of gaps at the end.
    const joint = regression(Float64Array.from(y), {
      xreg: { x },
      period: 1,
      errors: linearErrors({ trend: true }),
    });
    expect(cumulative(joint, options).values).toEqual(values);
    const later = update(linearModel(y, { trend: true }), [NaN, NaN]);
    const { upper } = forecast(later, { h: 1, levels: [90] });
    expect(cumulative(later, { h: 1, seed: 1 }).values[0]?.[0]).toBeCloseTo(upper[0]?.[0] ?? NaN, 9);
  });

  it("has the quantile of simple smoothing's sum, whose variance is σ² Σ (1 + j α)²", () => {
    const model = ets(level, { spec: "ANN" });
    const h = 12;
    const alpha = model.alpha ?? NaN;
    const squares = Array.from({ length: h }, (_, j) => (1 + j * alpha) ** 2);
    const deviation = Math.sqrt(model.sigma2 * squares.reduce((sum, square) => sum + square));
    const sums = cumulative(model, { h, paths: 20_000, seed: 7 });
    const high = ((sums.values[0]?.[h - 1] ?? NaN) - (sums.mean[h - 1] ?? NaN)) / deviation;
    expect(Math.abs(high - z95)).toBeLessThan(0.05);
  });

  it("agrees with the sums of an ARIMA model's own sample paths", () => {
    const model = arima(level, { order: [1, 0, 1] });
    const h = 8;
    const paths = simulate(model, { h, paths: 20_000, seed: 3 })
      .map((path) => path.reduce((sum, value) => sum + value))
      .sort((a, b) => a - b);
    const { values, mean } = cumulative(model, { h, quantiles: [0.5, 0.95], paths: 20_000, seed: 4 });
    const spread = (paths[19_000] ?? NaN) - (paths[10_000] ?? NaN);
    expect(Math.abs((values[1]?.[h - 1] ?? NaN) - (paths[19_000] ?? NaN))).toBeLessThan(0.05 * spread);
    expect(Math.abs((values[0]?.[h - 1] ?? NaN) - (mean[h - 1] ?? NaN))).toBeLessThan(0.05 * spread);
  });

  it("takes steps of one season for dependent, those of different seasons for independent", () => {
    const y = noise(210, 5).map((value, t) => 20 + (t % 7) + value);
    const model = snaive(y, { period: 7 });
    const { values, mean } = cumulative(model, { h: 14, paths: 20_000, seed: 2 });
    const { mean: point, upper } = forecast(model, { h: 1, levels: [90] });
    const sigma = ((upper[0]?.[0] ?? NaN) - (point[0] ?? NaN)) / z95;
    const widths = [7, 14].map((steps) => ((values[0]?.[steps - 1] ?? NaN) - (mean[steps - 1] ?? NaN)) / (z95 * sigma));
    // Seven independent errors; in the second week each comes twice, and seven new ones once: 7 (2² + 1²).
    expect(Math.abs((widths[0] ?? NaN) / Math.sqrt(7) - 1)).toBeLessThan(0.03);
    expect(Math.abs((widths[1] ?? NaN) / Math.sqrt(35) - 1)).toBeLessThan(0.03);
  });

  it("has at its first step the quantile of the model's own interval, for every method", () => {
    for (const [name, fit] of Object.entries(METHODS)) {
      const intermittent = ["croston", "sba", "tsb", "adida", "imapa"].includes(name);
      const model = fit(intermittent ? demand : level.subarray(0, 60), 1);
      const { mean, upper } = forecast(model, { h: 4, levels: [90] });
      const { values } = cumulative(model, { h: 4, paths: 5000, seed: 11 });
      const width = (upper[0]?.[0] ?? NaN) - (mean[0] ?? NaN);
      expect(Math.abs((values[0]?.[0] ?? NaN) - (upper[0]?.[0] ?? NaN)), name).toBeLessThan(0.12 * width);
      const [first, last] = [values[0]?.[0] ?? NaN, values[0]?.[3] ?? NaN];
      expect(Number.isFinite(first) && Number.isFinite(last), name).toBe(true);
    }
  });

  it("gives the same sums for the same seed, others for another", () => {
    const model = theta(level, { period: 1 });
    const of = (seed: number) => Array.from(cumulative(model, { h: 5, seed }).values[0] ?? []);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it("has no quantile where the model has no intervals", () => {
    const { mean, values } = cumulative(croston([3]), { h: 3, seed: 1 });
    expect(mean.every(Number.isFinite)).toBe(true);
    expect(values[0]?.every(Number.isNaN)).toBe(true);
  });

  it("takes combinations and calibrated models", () => {
    const model = best(level, { period: 1, methods: METHODS });
    expect(supports(model, "simulate")).toBe(false);
    const { values, mean } = cumulative(model, { h: 6, seed: 1 });
    expect(values[0]?.[5]).toBeGreaterThan(mean[5] ?? NaN);
  });

  it("names options that are not allowed", () => {
    const model = naive(level);
    expect(() => cumulative(model, { h: 3, seed: 1, quantiles: [95] })).toThrow(/quantile is 95/);
    expect(() => cumulative(model, { h: 3, seed: NaN })).toThrow(/seed is NaN/);
    expect(() => cumulative(model, { h: 3, seed: 1, paths: 10 })).toThrow(/paths is 10/);
  });
});
