import { describe, expect, it } from "vitest";
import {
  forecast,
  forecastGlobal,
  type GlobalSeries,
  memoryOf,
  normal,
  random,
  snaive,
  trainGlobal,
} from "../../src/index.ts";

/** Returns weekly sales of shops of any size that a promotion multiplies by a factor that all have in common. */
function shops(count: number, n: number, seed: number): { series: GlobalSeries; future: Float64Array }[] {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const size = Math.exp(3 + 2 * next());
    const week = Array.from({ length: 7 }, (_, day) => 1 + 0.5 * Math.sin(day + 2 * next()));
    const promo = Float64Array.from({ length: n + 14 }, () => (next() < 0.2 ? 1 : 0));
    const y = promo.map((on, t) => size * week[t % 7]! * (1 + 0.8 * on) * (1 + 0.05 * normal(next)));
    return { series: { y: y.slice(0, n), x: { promo }, leastScale: 0.01 * size }, future: y.slice(n) };
  });
}

const mae = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

describe("a global model", () => {
  const training = shops(40, 140, 1);
  const model = trainGlobal(
    training.map(({ series }) => series),
    { period: 7, horizon: 14, holdout: 14, rounds: 60 },
  );

  it("forecasts series of other sizes that it was not trained on", () => {
    const others = shops(20, 140, 2);
    const errors = others.map(({ series, future }) => {
      const scale = mae(future, new Float64Array(14));
      const ours = forecastGlobal(model, series, { h: 14 }).mean;
      return [
        mae(future, ours) / scale,
        mae(future, forecast(snaive(series.y, { period: 7 }), { h: 14 }).mean) / scale,
      ];
    });
    const total = (k: number) => errors.reduce((sum, pair) => sum + pair[k]! / errors.length, 0);
    // The noise alone has a mean absolute error of 0.04 (√(2 / π) × 0.05); seasonal naive doubles it and misses promotions.
    expect(total(0)).toBeLessThan(0.12);
    expect(total(1)).toBeGreaterThan(2 * total(0));
  });

  it("has intervals that hold their share of the values", () => {
    const [errors, all] = shops(60, 140, 3).reduce(
      ([inside, count], { series, future }) => {
        const { lower, upper } = forecastGlobal(model, series, { h: 14, levels: [80] });
        const hits = future.filter((value, j) => value >= lower[0]![j]! && value <= upper[0]![j]!).length;
        return [inside + hits, count + future.length];
      },
      [0, 0],
    );
    expect(errors / all).toBeGreaterThan(0.72);
    expect(errors / all).toBeLessThan(0.88);
  });

  it("scales with the series, and needs its last values only", () => {
    const { series } = training[0]!;
    const { mean } = forecastGlobal(model, series, { h: 5 });
    const tenfold = { ...series, y: series.y.map((value) => 1000 + 10 * value), leastScale: 10 * series.leastScale };
    // `zero` alone tells where 0 is; the shape stays.
    expect(
      forecastGlobal(model, { ...series, y: series.y.map((v) => 10 * v), leastScale: 10 * series.leastScale }, { h: 5 })
        .mean[4],
    ).toBeCloseTo(10 * mean[4]!, 6);
    expect(forecastGlobal(model, tenfold, { h: 5 }).mean.every(Number.isFinite)).toBe(true);
    const memory = memoryOf(7, 14);
    const short = {
      ...series,
      y: series.y.slice(-memory),
      x: { promo: series.x.promo!.slice(series.y.length - Math.min(memory, series.y.length)) },
    };
    expect(forecastGlobal(model, short, { h: 5 }).mean).toEqual(mean);
  });

  it("learns all steps of the horizon even where there are rows for one origin of each series", () => {
    const many = shops(150, 80, 4);
    const { trees } = trainGlobal(
      many.map(({ series }) => series),
      { period: 7, horizon: 14, rows: 150 * 14, rounds: 5 },
    );
    // An origin is anywhere between the 14th value and the last: of 66 places 13 have fewer than 14 steps, half of them on average.
    const expected = 150 * (14 - (13 / 66) * 6.5);
    expect(Math.abs(trees.nobs - expected)).toBeLessThan(0.05 * expected);
  });

  it("is plain data, and the same bits for the same series", () => {
    const again = trainGlobal(
      training.map(({ series }) => series),
      { period: 7, horizon: 14, holdout: 14, rounds: 60 },
    );
    expect(again).toEqual(model);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });

  it("names unsupported requests", () => {
    const short = [{ y: Float64Array.of(1, 2, 3), x: {}, leastScale: 0.1 }];
    expect(() => trainGlobal(short, { period: 7, horizon: 7 })).toThrow("none of 1 series has 2 seasons of 7 values");
    expect(() => trainGlobal(short, { period: 0, horizon: 7 })).toThrow("period");
    expect(() => forecastGlobal(model, { ...short[0]!, y: Float64Array.of(1) }, { h: 3 })).toThrow(
      "fewer than 2 known values",
    );
  });
});
