import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gainsOf, run, startMoving } from "../../src/ces/recursion.ts";
import { keepsSize, stable } from "../../src/ces/stability.ts";
import { type CesSeasonality, ces, fitted, forecast, residuals, simulate, update } from "../../src/index.ts";
import { normal, random } from "../../src/stats/random.ts";

const period = 4;
const uniform = random(3);
const y = Float64Array.from({ length: 60 }, (_, t) => 100 + t / 2 + [8, -3, -9, 4][t % 4]! + 2 * normal(uniform));
const forms: readonly CesSeasonality[] = ["none", "simple", "partial", "full"];

describe.each(forms)("ces with seasonality %s", (seasonality) => {
  const model = ces(y, { period, seasonality });
  it("is plain data that forecasts to the same bits", () => {
    expect(forecast(JSON.parse(JSON.stringify(model)), { h: 9 })).toEqual(forecast(model, { h: 9 }));
  });
  it("has the errors its sigma2 and log-likelihood say", () => {
    const squares = residuals(model, y).reduce((sum, error) => sum + error * error, 0);
    expect(squares / (60 - model.alpha.length - model.beta.length)).toBeCloseTo(model.sigma2, 9);
    expect(-30 * (Math.log((2 * Math.PI * squares) / 60) + 1)).toBeCloseTo(model.loglik, 9);
  });
  it("moves on as a longer run of the same model, also over a gap", () => {
    const gap = y.map((value, t) => (t === 45 ? NaN : value));
    const short = ces(gap.subarray(0, 41), { period, seasonality });
    const moved = update(update(short, gap.subarray(41, 48)), gap.subarray(48, 59));
    expect(moved.nobs).toBe(58);
    expect(forecast(moved, { h: 1 }).mean[0]).toBeCloseTo(fitted(short, gap)[59]!, 9);
  });
  it("has the mean and the intervals of its sample paths", () => {
    const paths = simulate(model, { h: 9, paths: 4000, seed: 7 });
    const { mean, upper } = forecast(model, { h: 9, levels: [95] });
    for (const i of [0, 4, 8]) {
      const at = paths.map((path) => path[i]!);
      const average = at.reduce((sum, value) => sum + value, 0) / at.length;
      const deviation = Math.sqrt(at.reduce((sum, value) => sum + (value - average) ** 2, 0) / at.length);
      const se = (upper[0]![i]! - mean[i]!) / 1.959963984540054;
      expect(Math.abs(average - mean[i]!)).toBeLessThan((4.5 * se) / Math.sqrt(4000));
      expect(Math.abs(deviation / se - 1)).toBeLessThan(4.5 / Math.sqrt(2 * 4000));
    }
  });
  it.each([2 ** -40, 1e-12, 1e-5, 1024, 1e12])("forecasts a series times %s as its forecast times that", (factor) => {
    const { mean } = forecast(model, { h: 5 });
    const multiple = y.map((value) => factor * value);
    const { mean: scaled } = forecast(ces(multiple, { period, seasonality }), { h: 5 });
    scaled.forEach((value, i) => expect(value / factor).toBeCloseTo(mean[i]!, 8));
  });
  it("estimates stable parameters", () => {
    expect(stable(seasonality, [...model.alpha, ...model.beta], period)).toBe(true);
  });
  it("never forecasts NaN where it fits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN)), {
          minLength: 12,
          maxLength: 40,
        }),
        (values) => {
          fc.pre(values.filter((value) => !Number.isNaN(value)).length >= 7);
          const { mean, lower, upper } = forecast(ces(values, { period, seasonality }), { h: 6 });
          for (const part of [mean, ...lower, ...upper]) expect(part.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("stable", () => {
  it("is the published region without a season", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 4, noNaN: true }), fc.double({ min: -2, max: 4, noNaN: true }), (a, b) => {
        const bounds = [
          (a - 2.5) ** 2 + b ** 2 - 1.25,
          (a - 0.5) ** 2 + (b - 1) ** 2 - 0.25,
          1.5 - (a - 1.5) ** 2 - (b - 0.5) ** 2,
        ];
        fc.pre(bounds.every((bound) => Math.abs(bound) > 1e-9));
        expect(stable("none", [a, b], 1)).toBe(bounds.every((bound) => bound > 0));
      }),
      { numRuns: 500 },
    );
  });
  it.each(["partial", "full"] as const)("is where the errors of %s forget their start", (seasonality) => {
    const parameter = fc.double({ min: 0, max: 2, noNaN: true });
    let decided = 0;
    fc.assert(
      fc.property(fc.array(parameter, { minLength: 4, maxLength: 4 }), (x) => {
        // The errors over a series of zeros, from a state that is not, shrink if and only if the filter is stable.
        const state = startMoving({
          level: 1,
          potential: 0.3,
          season: [0.2, 0.9, -1],
          seasonPotential: [0.1, 0.7, 0.4],
        });
        const gains = gainsOf(seasonality, x);
        const zeros = new Float64Array(3000);
        run(gains, state, zeros);
        const before = run(gains, state, zeros);
        const after = run(gains, state, zeros);
        const shrinks = () => {
          if (!(before > 1e-250)) return Number.isFinite(before);
          if (!(before < 1e250)) return false;
          return Math.abs(after / before - 1) > 0.5 ? after < before : undefined;
        };
        // Near the border nothing shows in so many steps.
        if (shrinks() === undefined) return;
        expect(stable(seasonality, x, 3)).toBe(shrinks());
        decided++;
      }),
      { numRuns: 200 },
    );
    expect(decided).toBeGreaterThan(150);
  });
});

describe("keepsSize", () => {
  it("is the published stationarity condition where nothing may grow", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 4, noNaN: true }), fc.double({ min: -2, max: 3, noNaN: true }), (a, b) => {
        const bounds = [1 - b, a + b - 1, 5 - 2 * a - b];
        fc.pre(bounds.every((bound) => Math.abs(bound) > 1e-9));
        expect(keepsSize("none", [a, b], 1, 1)).toBe(bounds.every((bound) => bound > 0));
      }),
      { numRuns: 500 },
    );
  });
  it("lets one real eigenvalue reach the growth, and nothing else leave the unit disk", () => {
    const growth = 1.2;
    fc.assert(
      fc.property(fc.double({ min: -1, max: 4, noNaN: true }), fc.double({ min: -2, max: 3, noNaN: true }), (a, b) => {
        // The eigenvalues of [[1, b - 1], [1, 1 - a]] by the quadratic formula.
        const half = 1 - a / 2;
        const root = half * half - (2 - a - b);
        const inside =
          root < 0
            ? [1 - Math.sqrt(half * half - root)]
            : [growth - half - Math.sqrt(root), 1 + half - Math.sqrt(root), 1 - (half - Math.sqrt(root))];
        fc.pre(inside.every((bound) => Math.abs(bound) > 1e-9));
        // Of two above 1 the product is.
        fc.pre(Math.abs(1 - (2 - a - b)) > 1e-9);
        expect(keepsSize("none", [a, b], 1, growth)).toBe(inside.every((bound) => bound > 0) && 2 - a - b < 1);
      }),
      { numRuns: 500 },
    );
  });
  it("gives a season the growth of all its steps", () => {
    const x = [1.5, 1.1];
    expect(keepsSize("none", x, 1, 1.02)).toBe(false);
    expect(keepsSize("simple", x, 12, 1.02)).toBe(true);
    expect(keepsSize("full", [1.5, 1, ...x], 12, 1.02)).toBe(true);
    expect(keepsSize("full", [...x, 1.5, 1], 12, 1.02)).toBe(false);
    expect(keepsSize("partial", [1.5, 1, 0.4], 12, 1)).toBe(true);
  });
});

describe("forecasts after a jump at the end", () => {
  const wave = (n: number, at: (t: number) => number) => Array.from({ length: n }, (_, t) => at(t));
  const series: Readonly<Record<string, readonly [values: number[], period: number]>> = {
    "from 1 to 4": [[1, 1.1, 0.9, 1, 1.1, 0.9, 1, 1.1, 4, 4], 1],
    "from 5 to 20": [[...wave(38, (t) => 5 + 0.1 * Math.sin(t * t)), 20.02, 20.04], 7],
    "over a weekly season": [
      [...wave(35, (t) => 20 + [0, 1, 2, 3, 2, 1, 0][t % 7]! + 0.1 * Math.sin(t * t)), 60, 61],
      7,
    ],
    "of a single sale": [[...new Array<number>(20).fill(0), 3], 1],
  };
  it.each(Object.keys(series))("stay within two ranges of the data %s", (name) => {
    const [values, season] = series[name]!;
    const low = Math.min(...values);
    const high = Math.max(...values);
    const { mean } = forecast(ces(values, { period: season }), { h: Math.min(14, values.length) });
    for (const value of mean) {
      expect(value).toBeLessThan(high + 2 * (high - low));
      expect(value).toBeGreaterThan(low - 2 * (high - low));
    }
  });
  // statsforecast 2.1.1's AutoCES on such a series: 20.8, 20.5, 21.4, …, 26.0; an ARIMA or a random walk stays at 20.
  it("stay near the new level", () => {
    const { mean } = forecast(ces(series["from 5 to 20"]![0], { period: 7 }), { h: 14 });
    for (const value of mean) expect(Math.abs(value - 20)).toBeLessThan(6);
  });
});

describe("ces", () => {
  it("chooses the season of the least AICc", () => {
    const auto = ces(y, { period });
    for (const seasonality of forms) expect(auto.aicc!).toBeLessThanOrEqual(ces(y, { period, seasonality }).aicc!);
    expect(auto.seasonality).not.toBe("none");
  });
  it("repeats a constant series, and has no season where there is too little of it", () => {
    const { mean } = forecast(ces(new Float64Array(20).fill(7), { period }), { h: 5 });
    mean.forEach((value) => expect(value).toBeCloseTo(7, 12));
    expect(ces(y.subarray(0, 10), { period }).seasonality).toBe("none");
  });
  it("refuses series that it cannot fit", () => {
    expect(() => ces([])).toThrow(/0 observed values/);
    expect(() => ces([1, 2, 3, 4])).toThrow(/4 observed values/);
    expect(() => ces([1, 2, 3, 4, Infinity, 6])).toThrow(/Infinity at position 4/);
    expect(() => ces([NaN, NaN, NaN, NaN, NaN, NaN])).toThrow(/0 observed values/);
    expect(() => ces(y, { period: 2.5 })).toThrow(/period is 2.5/);
    expect(() => ces(y, { seasonality: "full" })).toThrow(/period is 1/);
    expect(() => ces(y, { period: 30, seasonality: "simple" })).toThrow(/at least 63/);
  });
});
