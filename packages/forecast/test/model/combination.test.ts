import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  autoArima,
  combine,
  drift,
  type Forecast,
  fitted,
  forecast,
  mean,
  naive,
  simulate,
  snaive,
  update,
} from "../../src/index.ts";
import { simulated } from "../contest/simulated.ts";

const y = simulated(2, 80);
const members = [naive(y), snaive(y, { period: 4 }), drift(y), mean(y)];

const step = fc.record({
  m: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  w: fc.double({ min: 0, max: 1e9, noNaN: true }),
});
const forecasts = fc.array(fc.array(step, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
const toForecast = (steps: readonly { m: number; w: number }[]): Forecast => ({
  mean: Float64Array.from(steps, ({ m }) => m),
  levels: [95],
  lower: [Float64Array.from(steps, ({ m, w }) => m - w)],
  upper: [Float64Array.from(steps, ({ m, w }) => m + w)],
});

describe("combine", () => {
  it("stays inside its members' range, its intervals as wide as the mean of theirs or wider", () => {
    fc.assert(
      fc.property(
        forecasts,
        fc.constantFrom("mean" as const, "median" as const, "inverse-error" as const),
        (combining, how) => {
          const rows = combining.map(toForecast);
          const combined = combine(rows, how, { errors: rows.map((_, i) => i + 1) });
          const weights = rows.map((_, i) => (how === "inverse-error" ? 1 / (i + 1) : 1));
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (let j = 0; j < 3; j++) {
            const means = rows.map((row) => row.mean[j]!);
            expect(combined.mean[j]).toBeGreaterThanOrEqual(Math.min(...means));
            expect(combined.mean[j]).toBeLessThanOrEqual(Math.max(...means));
            const width = combining.reduce((sum, steps, i) => sum + (weights[i]! / total) * steps[j]!.w, 0);
            const tolerance = 1e-9 * (1 + Math.abs(combined.mean[j]!) + width);
            expect(combined.upper[0]![j]! - combined.mean[j]!).toBeGreaterThanOrEqual(width - tolerance);
            expect(combined.mean[j]! - combined.lower[0]![j]!).toBeGreaterThanOrEqual(width - tolerance);
          }
        },
      ),
    );
  });

  it("gives members that agree the mean of their bounds, and one that disagrees widens them by the variance between", () => {
    const at = (m: number, w: number) => toForecast([{ m, w }]);
    expect(combine([at(10, 2), at(10, 4)]).upper[0]![0]).toBeCloseTo(13, 12);
    const apart = combine([at(8, 3), at(12, 3)]);
    // b = 2, z = 1.959964: √(9 + 4 z²)
    expect(apart.upper[0]![0]! - apart.mean[0]!).toBeCloseTo(Math.sqrt(9 + 4 * 1.959963984540054 ** 2), 10);
  });

  it("weighs by the inverse of the errors", () => {
    const model = combine(members.slice(0, 2), "inverse-error", { errors: [1, 3] });
    expect(model.weights).toEqual([0.75, 0.25]);
    const [a, b] = members.map((member) => forecast(member, { h: 5 }).mean);
    expect(forecast(model, { h: 5 }).mean).toEqual(a!.map((value, j) => 0.75 * value + 0.25 * b![j]!));
  });

  it("is a model: its forecast combines its members' forecasts, also after JSON", () => {
    for (const how of ["mean", "median"] as const) {
      const model = combine([...members, autoArima(y, { period: 4 })], how);
      const options = { h: 7, levels: [50, 95] };
      const ahead = forecast(model, options);
      expect(ahead).toEqual(
        combine(
          model.members.map((member) => forecast(member, options)),
          how,
        ),
      );
      expect(forecast(JSON.parse(JSON.stringify(model)), options)).toEqual(ahead);
    }
  });

  it("moves on and looks back as its members do", () => {
    const model = combine(members, "mean");
    const more = simulated(3, 6);
    const moved = update(model, more);
    expect(moved.members).toEqual(members.map((member) => update(member, more)));
    const back = fitted(model, y);
    const each = members.map((member) => fitted(member, y));
    expect(back[50]).toBeCloseTo((each[0]![50]! + each[1]![50]! + each[2]![50]! + each[3]![50]!) / 4, 10);
    // The seasonal naive member has none yet: the mean of the others.
    expect(back[2]).toBeCloseTo((each[0]![2]! + each[2]![2]! + each[3]![2]!) / 3, 10);
    expect(() => simulate(model, { h: 1, seed: 1 })).toThrow('kind "combination" has no simulate()');
  });

  it("names arguments that are not allowed", () => {
    expect(() => combine([] as Forecast[])).toThrow("0 members");
    expect(() => combine(members, "inverse-error")).toThrow("0 errors for 4 members");
    expect(() => combine(members, "inverse-error", { errors: [1, 0, 1, 1] })).toThrow("error of member 1 is 0");
    const short = forecast(members[0]!, { h: 2 });
    expect(() => combine([short, forecast(members[1]!, { h: 3 })])).toThrow("3 steps");
  });
});
