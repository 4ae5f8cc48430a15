import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bats,
  decompose,
  fitted,
  forecast,
  residuals,
  simulate,
  type TbatsModel,
  tbats,
  update,
} from "../../src/index.ts";
import { normal, random } from "../../src/stats/random.ts";
import { correctedAic } from "../../src/tbats/form.ts";
import { absent } from "../reference.ts";
import { leastSquaresOf, recordedModel, type TbatsCase, tbatsCases } from "./records.ts";

const uniform = random(5);
const repeated = (pattern: readonly number[], times: number) =>
  Array.from({ length: times * pattern.length }, (_, t) => pattern[t % pattern.length]!);

describe("tbats of a season with a component at half the frequency", () => {
  it("repeats a perfect season", () => {
    const { mean } = forecast(tbats(repeated([5, 1, 9, 2], 12), { periods: [4] }), { h: 8 });
    mean.forEach((value, i) => expect(value).toBeCloseTo([5, 1, 9, 2][i % 4]!, 6));
  });
  it("finds an irregular season under a little noise", () => {
    const pattern = [9, 1, 2, 7, 4, 4, 1, 8, 3, 6, 2, 5];
    const y = repeated(pattern, 6).map((value, t) => value + 0.05 * Math.sin(t * t));
    const { mean } = forecast(tbats(y, { periods: [12] }), { h: 12 });
    mean.forEach((value, i) => expect(Math.abs(value - pattern[i]!)).toBeLessThan(0.15));
  });
  it("counts one state for it", () => {
    const { form, initial } = tbats(repeated([5, 1, 9, 2], 12), { periods: [4] });
    expect(form.harmonics).toEqual([2]);
    expect(initial.at(-1)).toBe(0);
  });
});

describe.each([
  ["tbats", tbats],
  ["bats", bats],
])("%s of a handful of values", (_, fit) => {
  // R's TBATS goes from 47 to 112 here, and an exponential trend to 977; the level has moved once.
  it("does not take a jump for exponential growth", () => {
    const { mean } = forecast(fit([10, 11, 9, 10, 11, 40, 41, 39, 40]), { h: 14 });
    for (const value of mean) {
      expect(value).toBeGreaterThan(9);
      expect(value).toBeLessThan(112);
    }
  });
});

describe("tbats after an outlier at the end", () => {
  // A random walk stays at 120, the mean of the rest is 20; an alpha of 2 on a logarithmic scale went to 471.
  it.each([1, 2, 3, 4])("does not overshoot it, seed %i", (seed) => {
    for (const n of [21, 38]) {
      const uniform = random(seed);
      const y = Float64Array.from({ length: n }, (_, t) => 20 + normal(uniform) + (t === n - 1 ? 100 : 0));
      const { mean } = forecast(tbats(y, { periods: [7] }), { h: 14 });
      for (const value of mean) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(220);
      }
    }
  });
});

/** A daily series, with a week, a year and a wandering level. */
let level = 100;
const daily = Float64Array.from({ length: 800 }, (_, t) => {
  level += 0.3 * normal(uniform);
  return (
    level +
    8 * Math.sin((2 * Math.PI * t) / 7) +
    5 * Math.cos((4 * Math.PI * t) / 7) +
    20 * Math.sin((2 * Math.PI * t) / 365.25) +
    2 * normal(uniform)
  );
});
const quarterly = Float64Array.from({ length: 60 }, (_, t) =>
  Math.exp(4 + t / 50 + [0.2, -0.1, -0.2, 0.1][t % 4]! + 0.05 * normal(uniform)),
);

const models: readonly [string, () => TbatsModel, Float64Array][] = [
  ["tbats, two periods", () => tbats(daily.subarray(0, 790), { periods: [365.25, 7] }), daily],
  ["tbats, Box–Cox and ARMA errors left open", () => tbats(quarterly.subarray(0, 50), { periods: [4] }), quarterly],
  ["tbats, Box–Cox", () => tbats(quarterly.subarray(0, 50), { periods: [4], useBoxCox: true }), quarterly],
  ["bats", () => bats(quarterly.subarray(0, 50), { periods: [4] }), quarterly],
  ["bats, no season", () => bats(daily.subarray(0, 200)), daily.subarray(0, 210)],
];

describe.each(models)("%s", (_, fit, whole) => {
  const model = fit();
  const n = whole.length - 10;
  const y = whole.subarray(0, n);
  it("is plain data that forecasts to the same bits", () => {
    const again: TbatsModel = JSON.parse(JSON.stringify(model));
    expect(again).toEqual(model);
    expect(forecast(again, { h: 9 })).toEqual(forecast(model, { h: 9 }));
  });
  it("moves on as a longer run of the same model, also over a gap", () => {
    const gap = whole.map((value, t) => (t === n + 3 ? NaN : value));
    const moved = update(update(model, gap.subarray(n, n + 5)), gap.subarray(n + 5, n + 9));
    expect(moved.nobs).toBe(n + 8);
    const next = forecast(moved, { h: 1 }).mean[0]!;
    expect(next / fitted(model, gap)[n + 9]!).toBeCloseTo(1, 9);
  });
  it("has components that add up to the series, with the errors that sigma2 says", () => {
    const { observed, trend, seasonal, arma, remainder } = decompose(model, y);
    let squares = 0;
    for (let t = 0; t < n; t++) {
      const sum = seasonal.reduce((all, effects) => all + effects[t]!, trend[t]! + arma[t]! + remainder[t]!);
      expect(sum).toBeCloseTo(observed[t]!, 8);
      squares += remainder[t]! ** 2;
    }
    expect(squares / n / model.sigma2).toBeCloseTo(1, 9);
  });
  if (model.parameters.lambda === null)
    it("has the remainder of its components as its errors", () => {
      const { remainder } = decompose(model, y);
      residuals(model, y).forEach((error, t) => expect(error).toBeCloseTo(remainder[t]!, 8));
    });
  it("has the median and the intervals of its sample paths", () => {
    const paths = simulate(model, { h: 9, paths: 4000, seed: 7 });
    const { mean, lower, upper } = forecast(model, { h: 9, levels: [80] });
    for (const i of [0, 4, 8]) {
      const share = (bound: number) => paths.filter((path) => path[i]! < bound).length / paths.length;
      for (const [bound, expected] of [
        [lower[0]![i]!, 0.1],
        [mean[i]!, 0.5],
        [upper[0]![i]!, 0.9],
      ] as const)
        expect(Math.abs(share(bound) - expected)).toBeLessThan(4.5 * Math.sqrt((expected * (1 - expected)) / 4000));
    }
  });
  it("has initial states that no others beat", () => {
    const least = leastSquaresOf(model, y);
    expect((model.sigma2 * n) / least).toBeCloseTo(1, 9);
  });
});

describe("tbats", () => {
  it("finds both seasons, and forecasts a year ahead", () => {
    const model = tbats(daily, { periods: [7, 365.25] });
    expect(model.form.periods).toEqual([7, 365.25]);
    expect(model.form.harmonics[0]).toBe(2);
    const { mean } = forecast(model, { h: 360 });
    const swing = Math.max(...mean) - Math.min(...mean);
    expect(swing).toBeGreaterThan(40);
    expect(swing).toBeLessThan(90);
  });
  it("leaves out a period that the series does not hold twice", () => {
    expect(tbats(daily.subarray(0, 700), { periods: [7, 365.25] }).form.periods).toEqual([7]);
  });
  it("keeps to its options", () => {
    const options = { periods: [4], useBoxCox: true, useTrend: true, useDampedTrend: false, useArmaErrors: false };
    const { form, parameters } = tbats(quarterly, { ...options, lambdaBounds: [0.2, 0.3] });
    expect(form).toMatchObject({ boxCox: true, trend: true, damped: false, p: 0, q: 0 });
    expect(parameters.lambda).toBeGreaterThanOrEqual(0.2);
    expect(parameters.lambda).toBeLessThanOrEqual(0.3);
    expect(tbats(quarterly, { periods: [4], useBoxCox: false, useTrend: false }).form).toMatchObject({
      boxCox: false,
      trend: false,
    });
  });
  it("forecasts means above medians where it adjusts for bias", () => {
    const options = { periods: [4], useBoxCox: true, lambdaBounds: [0, 0.5] as const };
    const median = forecast(tbats(quarterly, options), { h: 8 });
    const mean = forecast(tbats(quarterly, { ...options, biasAdjust: true }), { h: 8 });
    mean.mean.forEach((value, i) => expect(value).toBeGreaterThan(median.mean[i]!));
    expect(mean.lower).toEqual(median.lower);
  });
  it("is hardly moved by a few gaps", () => {
    const gaps = daily.map((value, t) => (t % 97 === 40 ? NaN : value));
    const { mean } = forecast(tbats(gaps, { periods: [7] }), { h: 7 });
    const { mean: complete } = forecast(tbats(daily, { periods: [7] }), { h: 7 });
    mean.forEach((value, i) => expect(Math.abs(value - complete[i]!)).toBeLessThan(2));
  });
  it("repeats a constant series", () => {
    const model = tbats(new Float64Array(30).fill(7), { periods: [7] });
    expect([...forecast(model, { h: 3 }).mean]).toEqual([7, 7, 7]);
  });
  it("chooses the same form for a multiple of a series, and forecasts the same multiple", () => {
    fc.assert(
      fc.property(fc.constantFrom(1 / 1024, 0.5, 4096), (factor) => {
        const model = tbats(quarterly, { periods: [4] });
        const other = tbats(
          quarterly.map((value) => factor * value),
          { periods: [4] },
        );
        expect(other.form).toEqual(model.form);
        const { mean } = forecast(model, { h: 6 });
        forecast(other, { h: 6 }).mean.forEach((value, i) => expect(value / factor / mean[i]!).toBeCloseTo(1, 3));
      }),
      { numRuns: 3 },
    );
  });
  it("refuses series that it cannot fit", () => {
    expect(() => tbats([])).toThrow(/0 observed values/);
    expect(() => tbats([1, 2, 3])).toThrow(/3 observed values/);
    expect(() => tbats([1, 2, Infinity, 4, 5])).toThrow(/Infinity at position 2/);
    expect(() => tbats(quarterly, { periods: [1.5] })).toThrow(/period is 1.5/);
    expect(() => bats(quarterly, { periods: [365.25] })).toThrow(/period is 365.25/);
    expect(() => tbats(quarterly, { lambdaBounds: [1, 0] })).toThrow(/lambdaBounds is \[1, 0\]/);
    expect(() => tbats([1, 2, 0, 4, 5], { useBoxCox: true })).toThrow(/0 at position 2/);
    expect(() => tbats([1, 2, 4, 5], { useTrend: true, useDampedTrend: true })).toThrow(/too few/);
  });
});

// R 4.2.2, forecast 8.20: tbats(x) with its defaults, on R's series, daily ones and 55 of the M3 competition.
describe.each(["tbats", "m3_tbats"] as const)("R's records in %s", (name) => {
  const cases = tbatsCases(name);
  it.skipIf(cases === undefined)(`have R's likelihood and AIC at R's parameters${cases ? "" : `: ${absent}`}`, () => {
    for (const one of cases!) {
      const { deviance, aic, sigma2 } = recordedModel(one);
      expect(Math.abs(deviance - one.result.likelihood)).toBeLessThan(1e-6);
      expect(Math.abs(aic - one.result.AIC)).toBeLessThan(1e-6);
      expect(sigma2 / one.result.variance).toBeCloseTo(1, 8);
    }
  });
  it.skipIf(cases === undefined)(`have R's forecasts there${cases ? "" : `: ${absent}`}`, () => {
    for (const one of cases!) {
      const { h, mean } = one.result.forecast;
      forecast(recordedModel(one), { h }).mean.forEach((value, i) => {
        expect(Math.abs(value / mean[i]! - 1), `${one.id} step ${i + 1}`).toBeLessThan(1e-9);
      });
    }
  });
  // With a trend and a season both, R's bounds are not those of the model's sample paths, as ours are (above).
  it.skipIf(cases === undefined)(
    `have R's bounds without a trend or without a season${cases ? "" : `: ${absent}`}`,
    () => {
      const simple = cases!.filter(({ result: { beta, k } }) => beta === null || k.length === 0);
      expect(simple.length).toBeGreaterThanOrEqual(10);
      for (const one of simple) {
        const { h, mean, lower80, upper80, lower95, upper95 } = one.result.forecast;
        const { lower, upper } = forecast(recordedModel(one), { h });
        [...lower, ...upper].forEach((ours, k) => {
          const theirs = [lower80, lower95, upper80, upper95][k]!;
          ours.forEach((value, i) => {
            expect(Math.abs(value - theirs[i]!), `${one.id} step ${i + 1}`).toBeLessThan(1e-6 * Math.abs(mean[i]!));
          });
        });
      }
    },
  );
  it.skipIf(cases === undefined)(`have an AICc that ours is seldom above${cases ? "" : `: ${absent}`}`, () => {
    const aicc = ({ aic, form, nobs }: TbatsModel) => correctedAic(aic, form, nobs);
    const excess = cases!.map((one: TbatsCase) => {
      const periods = one.frequency > 1 ? [one.frequency] : [];
      return aicc(tbats(one.y, { periods })) - aicc(recordedModel(one));
    });
    expect(excess.filter((value) => value <= 1).length / excess.length).toBeGreaterThanOrEqual(0.9);
    expect(excess.reduce((sum, value) => sum + value, 0)).toBeLessThan(0);
  });
});
