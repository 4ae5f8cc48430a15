import { describe, expect, it } from "vitest";
import {
  type DynamicThetaModel,
  dynamicOptimizedTheta,
  fitted,
  forecast,
  METHODS,
  residuals,
  type ThetaModel,
  theta,
  update,
} from "../../src/index.ts";
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
  it("refuses a series too short, and a bad period", () => {
    expect(() => fit([1, 2], { period: 1 })).toThrow(/2 observed values/);
    expect(() => fit(y, { period: 1.5 })).toThrow(/period is 1.5/);
  });
});

/** A week's pattern of mean 0, and weeks of it about a level. */
const WEEK = [3, 1, 0, -1, -2, -3, 2];
const weeks = (level: number, size: number, days: number) =>
  Float64Array.from({ length: days }, (_, t) => level + size * WEEK[t % 7]!);
const DAYS = [120, 130, 125, 140, 160, 180, 0];
/** A shop that is closed on the seventh day of each week. */
const shop = Float64Array.from({ length: 140 }, (_, t) => (t % 7 === 6 ? 0 : DAYS[t % 7]! + ((t * 37) % 11)));
// Neither gives -0.
const minus = (values: Float64Array) => values.map((value) => 0 - value);
const plus = (values: Float64Array) => values.map((value) => 0 + value);

describe.each([
  ["theta", (values: Float64Array, period: number): ThetaModel => theta(values, { period })],
  [
    "dynamicOptimizedTheta",
    (values: Float64Array, period: number): DynamicThetaModel => dynamicOptimizedTheta(values, { period }),
  ],
] as const)("%s's season", (_, fit) => {
  const ahead = (values: Float64Array, period = 7) => forecast(fit(values, period), { h: period });

  it("is odd in sign, for any signs of the series", () => {
    for (const [values, period] of [
      [y, 12],
      [y.map((value) => value - 150), 12],
      [shop, 7],
      [shop.map((value) => value - 100), 7],
      [weeks(30, 8, 56).with(33, -20), 7],
      [weeks(0, 8, 56), 7],
    ] as const) {
      const [model, mirror] = [fit(values, period), fit(minus(values), period)];
      const [positive, negative] = [forecast(model, { h: 9 }), forecast(mirror, { h: 9 })];
      expect(model.indices).toHaveLength(period);
      expect(minus(negative.mean)).toEqual(plus(positive.mean));
      expect(negative.lower.map(minus)).toEqual(positive.upper.map(plus));
      expect(minus(fitted(mirror, minus(values)))).toEqual(plus(fitted(model, values)));
      const [after, mirrored] = [update(model, [4, -9]), update(mirror, [-4, 9])];
      expect(minus(forecast(mirrored, { h: 3 }).mean)).toEqual(plus(forecast(after, { h: 3 }).mean));
    }
  });

  it("continues an exact pattern at any level, negative, mixed or with a phase that is closed", () => {
    for (const [level, size] of [
      [20, 1],
      [-20, 1],
      [0, 5],
      [-2, 5],
      [3, 1],
    ] as const)
      ahead(weeks(level, size, 56)).mean.forEach((value, i) => expect(value).toBeCloseTo(level + size * WEEK[i]!, 3));
    const closed = Float64Array.from({ length: 60 }, (_, t) => (t % 12 < 3 ? 0 : 10 + (t % 12)));
    ahead(closed, 12).mean.forEach((value, i) => expect(value).toBeCloseTo(i < 3 ? 0 : 10 + i, 2));
  });

  it("is kept where a shop is closed on a day of the week, even if it opens on two of them", () => {
    // R's auto.arima and ets of this series are within 3.2 of the means of the weekdays, and at 0 on the seventh.
    const { mean } = ahead(shop);
    DAYS.forEach((value, i) => expect(Math.abs(mean[i]! - (value && value + 5)), `day ${i}`).toBeLessThan(1.5));
    const twice = ahead(shop.with(13, 150).with(62, 140)).mean;
    DAYS.forEach((value, i) => expect(Math.abs(twice[i]! - (value && value + 5)), `day ${i}`).toBeLessThan(15));
    // It was launched after 60 days: what it sold before tells nothing of the week.
    const launched = ahead(Float64Array.of(...new Array<number>(63).fill(0), ...shop.subarray(0, 84))).mean;
    DAYS.forEach((value, i) => expect(Math.abs(launched[i]! - (value && value + 5)), `day ${i}`).toBeLessThan(16));
  });

  it("has the same shape after a return, however large", () => {
    const sales = weeks(30, 8, 56);
    const share = (values: Float64Array) => {
      const { mean } = ahead(values);
      const total = mean.reduce((sum, value) => sum + value, 0);
      return mean.map((value) => value / total);
    };
    const none = fit(sales.with(33, 0), 7);
    const shape = share(sales.with(33, 0));
    for (const back of [-1e-9, -1, -20, -500, -5000]) {
      expect(fit(sales.with(33, back), 7).indices, `${back}`).toEqual(none.indices);
      share(sales.with(33, back)).forEach((value, i) => expect(value, `${back}`).toBeCloseTo(shape[i]!, 1));
    }
    // R 4.2.2, forecast 8.20: thetaf(y) with -1 on the 21st day.
    const r = [56.0, 39.5, 31.2, 22.8, 14.6, 6.2, 39.2];
    ahead(sales.with(20, -1)).mean.forEach((value, i) => expect(Math.abs(value - r[i]!)).toBeLessThan(0.3));
  });

  it("does not jump where a value crosses 0", () => {
    for (const sales of [weeks(30, 8, 56), shop]) {
      const [above, below] = [1e-6, -1e-6].map((value) => ahead(sales.with(38, value)).mean);
      above!.forEach((value, i) => expect(Math.abs(value - below![i]!)).toBeLessThan(1e-3));
    }
  });

  it("moves on over new values as over the series, with returns and additive indices", () => {
    for (const values of [shop, weeks(30, 8, 140).with(133, -40), weeks(-2, 5, 140)]) {
      const model = fit(values.subarray(0, 120), 7);
      const moved = update(update(model, values.subarray(120, 131)), values.subarray(131, 139));
      expect(forecast(moved, { h: 1 }).mean[0]).toBeCloseTo(fitted(model, values)[139]!, 9);
      expect(forecast(JSON.parse(JSON.stringify(moved)), { h: 9 })).toEqual(forecast(moved, { h: 9 }));
    }
  });
});

it("best keeps the season of a negative series as far as its members do", () => {
  const values = weeks(-20, 5, 84).map((value, t) => value + 0.3 * Math.sin(t * t));
  const { mean } = forecast(METHODS.best(values, 7), { h: 7 });
  WEEK.forEach((day, i) => expect(Math.abs(mean[i]! - (-20 + 5 * day))).toBeLessThan(0.5));
});

describe("dynamicOptimizedTheta", () => {
  it("does not take errors that vanish from the third on for no variance", () => {
    // Changes of -3 and 19 times 0 about -0.15: 8.55 / 19.
    expect(dynamicOptimizedTheta([3, ...new Array<number>(20).fill(0)]).sigma2).toBeCloseTo(0.45, 9);
    // Of a line, what theta = 1,000 leaves of its slope.
    const line = dynamicOptimizedTheta(Float64Array.from({ length: 20 }, (_, t) => 3 + 2 * t));
    expect(line.sigma2).toBeLessThan((0.001 * 2) ** 2);
  });
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
        const match = records!.find((record) => record.id === id && record.method === "thetaf")!.result.forecast.mean;
        const { mean } = forecast(update(start, values), { h: match.length });
        match.forEach((value, i) => expect(Math.abs(mean[i]! / value - 1), `${id} mean[${i}]`).toBeLessThan(1e-12));
      }
    },
  );
});
