import { describe, expect, it } from "vitest";
import { longWidths, widening } from "../../src/contest/widening.ts";
import {
  best,
  type CombinationModel,
  type ConformalModel,
  type FittedModel,
  fitted,
  forecast,
  METHODS,
  mean,
  naive,
  update,
} from "../../src/index.ts";
import { intermittent, simulated } from "./simulated.ts";

const inside = (model: FittedModel) => (model as ConformalModel).model as CombinationModel;

/** Returns methods that record their calls. */
function spies(names: readonly string[], fit: (y: Float64Array) => FittedModel) {
  const calls: { name: string; length: number }[] = [];
  const methods = Object.fromEntries(
    names.map((name) => [
      name,
      (y: Float64Array) => {
        calls.push({ name, length: y.length });
        return fit(y);
      },
    ]),
  );
  return { calls, methods };
}

describe("best", () => {
  it("forecasts the median of its members, with wider intervals than theirs combined on a short series", () => {
    const y = simulated(20, 40);
    const model = METHODS.best(y, 4);
    const combination = inside(model);
    expect(model.kind).toBe("conformal");
    expect(combination.combining).toBe("median");
    expect(combination.members.map(({ kind }) => kind)).toEqual([
      "arima",
      "ets",
      "dynamic-theta",
      "ces",
      "theta",
      "stlf",
    ]);
    const options = { h: 30, levels: [50, 80, 95, 99] };
    const ahead = forecast(model, options);
    const uncalibrated = forecast(combination, options);
    expect(ahead.mean).toEqual(uncalibrated.mean);
    for (let j = 0; j < 30; j++) expect(ahead.upper[2]![j]).toBeGreaterThan(uncalibrated.upper[2]![j]!);
    for (const bounds of [ahead.lower, ahead.upper])
      for (let l = 1; l < 4; l++)
        for (let j = 0; j < 30; j++)
          expect(Math.abs(bounds[l]![j]! - ahead.mean[j]!)).toBeGreaterThanOrEqual(
            Math.abs(bounds[l - 1]![j]! - ahead.mean[j]!),
          );
  });

  it("is one model: fitted, moved on, and the same bits after JSON; small", () => {
    const y = simulated(21, 200);
    const model = METHODS.best(y, 4);
    const text = JSON.stringify(model);
    expect(text.length).toBeLessThan(4096);
    expect(forecast(JSON.parse(text), { h: 9 })).toEqual(forecast(model, { h: 9 }));
    expect(fitted(model, y)).toEqual(fitted(inside(model), y));
    const more = simulated(22, 5);
    expect(inside(update(model, more))).toEqual(update(inside(model), more));
    expect((update(model, more) as ConformalModel).factors).toEqual((model as ConformalModel).factors);
  });

  it("fits a long series twice, to about three quarters and to all of it, a short one once", () => {
    const { calls, methods } = spies(["auto-arima"], mean);
    best(simulated(23, 200), { period: 4, methods });
    expect(calls.map(({ length }) => length)).toEqual([200, 150]);
    calls.length = 0;
    best(simulated(23, 99), { period: 4, methods });
    expect(calls.map(({ length }) => length)).toEqual([99]);
  });

  it("widens intervals that prove too narrow on the series itself, and narrows those that prove too wide", () => {
    const y = simulated(24, 400);
    const factors = [1 / 25, 1, 25].map((share) => {
      const { methods } = spies(["auto-arima"], (values) => ({
        ...mean(values),
        sigma2: mean(values).sigma2! * share,
      }));
      return (best(y, { period: 4, methods }) as ConformalModel).factors[1]![0]!;
    });
    expect(factors[0]).toBeGreaterThan(2 * factors[1]!);
    expect(factors[2]).toBeLessThan(0.5 * factors[1]!);
  });

  it("damps a trend beside a multiplicative season", () => {
    // Sales that double every three years, with a season that doubles with them.
    const y = Float64Array.from({ length: 96 }, (_, t) => 100 * 2 ** (t / 36) * (1.5 + Math.sin((Math.PI * t) / 6)));
    const noise = simulated(27, 96);
    const sales = y.map((value, t) => value * (1 + 0.002 * (noise[t]! - noise[0]!)));
    const alone = METHODS.ets(sales, 12);
    expect(alone).toMatchObject({ trend: "A", damped: false, season: "M" });
    const member = inside(METHODS.best(sales, 12)).members.find(({ kind }) => kind === "ets");
    expect(member).toMatchObject({ trend: "A", damped: true, season: "M" });
  });

  it("weighs dynamic theta twice after a shock, and the members that are there alone", () => {
    const y = [12, 13, 15, 14, 16, 17, 19, 18, 20, 21, 22, 24, 40];
    const all = inside(METHODS.best(y, 1));
    expect(all.members.map(({ kind }) => kind)).toEqual(["dynamic-theta", "ets", "ces"]);
    expect(all.weights).toEqual([0.5, 0.25, 0.25]);
    expect(inside(best(y, { period: 1, methods: { "dynamic-theta": mean, ces: naive } })).weights).toEqual([
      2 / 3,
      1 / 3,
    ]);
  });

  it("leaves out members that cannot be fitted or forecast something not finite, and falls back", () => {
    const y = simulated(25, 60);
    const failing = () => {
      throw new RangeError("no");
    };
    const broken = (values: Float64Array): FittedModel => ({ ...naive(values), lastSeason: [NaN] });
    const two = best(y, { period: 4, methods: { "auto-arima": failing, "cautious-ets": broken, theta: naive } });
    expect(inside(two).members).toEqual([naive(y)]);
    expect(best(y, { period: 4, methods: { "auto-arima": failing, naive } })).toEqual(naive(y));
    expect(() => best(y, { period: 4, methods: { "auto-arima": failing } })).toThrow("can be fitted to the series");
    const bug = () => {
      throw new TypeError("a bug");
    };
    expect(() => best(y, { period: 4, methods: { "auto-arima": bug } })).toThrow("a bug");
  });

  it("gives intermittent demand the mean of the methods for it", () => {
    const y = intermittent(26, 120);
    const { calls, methods } = spies(["auto-arima", "tsb", "adida", "imapa"], mean);
    const model = best(y, { period: 7, methods }) as CombinationModel;
    expect(calls.map(({ name }) => name)).toEqual(["adida", "imapa"]);
    expect(model).toMatchObject({ kind: "combination", combining: "mean", members: [mean(y), mean(y)] });
  });

  it("of intermittent demand has one-step forecasts and takes in new rows", () => {
    const y = [0, 0, 2, 0, 0, 5, 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0];
    const model = METHODS.best(y, 1) as CombinationModel;
    expect(model.members.map(({ kind }) => kind)).toEqual(["adida", "imapa"]);
    const parts = model.members.map((member) => fitted(member, y));
    fitted(model, y).forEach((value, t) => {
      expect(value).toBeCloseTo(0.25 * parts[0]![t]! + 0.75 * parts[1]![t]!, 12);
    });
    // Members that disagree widen the interval, but no demand is negative.
    for (const bounds of forecast(model, { h: 4 }).lower)
      for (const bound of bounds) expect(bound).toBeGreaterThanOrEqual(0);
    expect(Math.min(...forecast({ ...model, lowest: -Infinity }, { h: 1 }).lower[1]!)).toBeLessThan(0);
    const moved = update(model, [0, 6]);
    expect(moved.members).toEqual(model.members.map((member) => update(member, [0, 6])));
    expect(forecast(moved, { h: 1 }).mean[0]).toBeGreaterThan(forecast(model, { h: 1 }).mean[0]!);
  });

  it("forecasts a single observation, with no bounds, and two or three with bounds", () => {
    for (const y of [[5], [NaN, 5, NaN], [0]]) {
      const { mean, lower, upper } = forecast(METHODS.best(y, 7), { h: 3, levels: [0, 80, 95] });
      const value = y.find((one) => !Number.isNaN(one));
      expect([...mean]).toEqual([value, value, value]);
      expect([lower[0], upper[0]]).toEqual([mean, mean]);
      for (const bounds of [lower[1]!, lower[2]!, upper[1]!, upper[2]!]) expect([...bounds]).toEqual([NaN, NaN, NaN]);
    }
    for (const y of [
      [5, 6],
      [5, 6, 9],
    ]) {
      const { mean, lower, upper } = forecast(METHODS.best(y, 7), { h: 1 });
      expect(mean[0]).toBeGreaterThanOrEqual(5);
      expect(mean[0]).toBeLessThanOrEqual(9);
      expect(lower[0]![0]).toBeLessThan(mean[0]!);
      expect(upper[0]![0]).toBeGreaterThan(mean[0]!);
    }
  });

  it("names arguments that are not allowed", () => {
    expect(() => METHODS.best([], 1)).toThrow("0 observed");
    expect(() => METHODS.best([1, 2, Infinity], 1)).toThrow("Infinity at position 2");
    expect(() => METHODS.best([1, 2, 3], 0)).toThrow("period is 0");
  });
});

describe("longWidths", () => {
  it("narrows intervals that have the variance between members, and widens those of members that know the season", () => {
    const { levels, factors } = longWidths(3, false);
    expect(levels).toEqual([80, 95]);
    const table = longWidths(3, true).factors;
    factors.flat().forEach((factor, i) => {
      expect(factor).toBeLessThan(1);
      expect(table.flat()[i]).toBeGreaterThanOrEqual(1);
    });
  });
});

describe("widening", () => {
  it("grows with the step, falls with the length, and leaves the 95 % interval of a long series as it is", () => {
    const { levels, factors } = widening(20, 8, "plain");
    expect(levels).toEqual([80, 95]);
    for (const row of factors) expect(row).toEqual([...row].sort((a, b) => a - b));
    expect(widening(40, 8, "plain").factors[1]![0]).toBeLessThan(factors[1]![0]!);
    expect(widening(1e6, 8, "plain").factors[1]![7]).toBeCloseTo(1, 4);
    // √(1 + 15 √1 / 20)
    expect(factors[1]![0]).toBeCloseTo(Math.sqrt(1.75), 12);
  });

  it("widens the intervals of a season of months less", () => {
    // √(1 + 10 √1 / 20)
    expect(widening(20, 8, "season").factors[1]![0]).toBeCloseTo(Math.sqrt(1.5), 12);
  });
});
