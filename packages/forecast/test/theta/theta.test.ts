import { describe, expect, it } from "vitest";
import { dynamicOptimizedTheta, fitted, forecast, residuals, theta, update } from "../../src/index.ts";
import { absent, type Reference, reference, referenceSeries } from "../reference.ts";

const y = Float64Array.from(
  { length: 120 },
  (_, t) => (100 + t) * (1 + 0.3 * Math.sin((2 * Math.PI * t) / 12)) + 5 * Math.sin(t * t),
);

describe.each([
  ["theta", theta],
  ["dynamicOptimizedTheta", dynamicOptimizedTheta],
] as const)("%s", (_, fit) => {
  it("forecasts after update(model, newY) start from the states a longer run of the same model ends in", () => {
    const model = fit(y.subarray(0, 100), { period: 12 });
    const moved = update(update(model, y.subarray(100, 107)), y.subarray(107, 119));
    const next = forecast(moved, { h: 1 }).mean[0]!;
    expect(model.indices).toHaveLength(12);
    expect(next).toBeCloseTo(fitted(model, y)[119]!, 9);
  });
  it("follows a multiplicative season", () => {
    const { mean } = forecast(fit(y.subarray(0, 108), { period: 12 }), { h: 12 });
    mean.forEach((value, i) => expect(Math.abs(value / y[108 + i]! - 1)).toBeLessThan(0.1));
  });
  it("leaves a series with negative values without seasonal indices", () => {
    expect(
      fit(
        y.map((value) => value - 150),
        { period: 12 },
      ).indices,
    ).toEqual([]);
  });
  it("refuses a series too short, and a bad period", () => {
    expect(() => fit([1, 2], { period: 1 })).toThrow(/2 observed values/);
    expect(() => fit(y, { period: 1.5 })).toThrow(/period is 1.5/);
  });
});

describe("dynamicOptimizedTheta", () => {
  it("finds no larger errors than a grid of its parameters", () => {
    const plain = y.map((value, t) => value / (1 + 0.3 * Math.sin((2 * Math.PI * t) / 12)));
    const model = dynamicOptimizedTheta(plain);
    const sse = (change: object) =>
      residuals({ ...model, ...change }, plain).reduce((sum, error, t) => sum + (t < 2 ? 0 : error * error), 0);
    const best = sse({});
    expect(best / (plain.length - 2)).toBeCloseTo(model.sigma2, 8);
    for (let alpha = 0.1; alpha < 1; alpha += 0.089)
      for (let trendWeight = 0; trendWeight < 1; trendWeight += 0.111)
        for (const off of [-5, -1, 0, 1, 5])
          expect(best).toBeLessThanOrEqual(sse({ alpha, trendWeight, initial: model.initial + off }) * (1 + 1e-9));
  });
});

describe("theta against R's forecast 8.20", () => {
  const series = referenceSeries();
  const records = reference<readonly Reference<{ forecast: { mean: number[]; lower95: number[] } }>[]>("simple");
  it.skipIf(records === undefined)(
    `every recorded series without gaps${records === undefined ? `: ${absent}` : ""}`,
    () => {
      let compared = 0;
      for (const { id, method, ok, result } of records!) {
        const { values, frequency } = series!.get(id)!;
        if (method !== "thetaf" || !ok || values.some(Number.isNaN)) continue;
        const got = forecast(theta(values, { period: frequency }), { h: result.forecast.mean.length });
        const scale = Math.max(...values.map(Math.abs));
        // R's own search stops short of the optimum: of the size of the series, point forecasts differ by 1e-4 at most.
        result.forecast.mean.forEach((value, i) =>
          expect(Math.abs(got.mean[i]! - value) / scale, `${id} mean[${i}]`).toBeLessThan(1e-4),
        );
        result.forecast.lower95.forEach((value, i) =>
          expect(Math.abs(got.lower[1]![i]! - value) / scale, `${id} lower95[${i}]`).toBeLessThan(1e-3),
        );
        compared++;
      }
      expect(compared).toBeGreaterThan(25);
    },
  );
  it.skipIf(records === undefined)(
    `to 1e-12 with the smoothing R ended at${records === undefined ? `: ${absent}` : ""}`,
    () => {
      // R 4.2.2, forecast 8.20: ses() of the seasonally adjusted series; alpha and initial level.
      const smoothing: Readonly<Record<string, readonly [number, number]>> = {
        AirPassengers: [0.83775208994930184, 124.66925817277837],
        nottem: [0.0249046649810283, 49.009548217393714],
        UKgas: [0.23742908125153908, 127.56919615102865],
        Nile: [0.24566815365311614, 1110.7340965836506],
        SKU00: [0.13444984945478561, 109.41894296308125],
      };
      for (const [id, [alpha, initial]] of Object.entries(smoothing)) {
        const { values, frequency: period } = series!.get(id)!;
        const start = { ...theta(values, { period }), length: 0, alpha, level: initial };
        const asked = records!.find((record) => record.id === id && record.method === "thetaf")!.result.forecast.mean;
        const { mean } = forecast(update(start, values), { h: asked.length });
        asked.forEach((value, i) => expect(Math.abs(mean[i]! / value - 1), `${id} mean[${i}]`).toBeLessThan(1e-12));
      }
    },
  );
});
