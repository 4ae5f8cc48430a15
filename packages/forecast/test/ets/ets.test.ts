import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admissible } from "../../src/ets/admissible.ts";
import { type EtsModel, ets, fitted, forecast, normal, random, simulate, update } from "../../src/index.ts";
import { sampleOf } from "../properties/samples.ts";
import { absent, reference, referenceSeries } from "../reference.ts";
import { etsAt, type RecordedEts, type RecordedFixedEts } from "./records.ts";

const seasonal = (n: number, period: number, noise = 4, seed = 1) => {
  const uniform = random(seed);
  return Float64Array.from(
    { length: n },
    (_, t) => (100 + 0.4 * t) * (1 + 0.15 * Math.sin((2 * Math.PI * t) / period)) + noise * normal(uniform),
  );
};
const SPECS = ["ANN", "AAN", "ANA", "AAA", "MNN", "MAN", "MNA", "MAA", "MNM", "MAM", "MMN", "MMM"];

describe("ets", () => {
  it.each([1, 2, 3, 4])("chooses among all forms although one observation is 35 times as large, %i", (seed) => {
    const uniform = random(seed);
    const y = Float64Array.from({ length: 104 }, (_, t) => Math.round(25 + ((t % 7) - 3) / 5 + 2 * normal(uniform)));
    y[34] = 900;
    const chosen = ets(y, { period: 7 }).aicc ?? Infinity;
    for (const spec of ["ANN", "ANA", "MNN", "MNA", "MNM", "MAM"])
      expect(chosen, spec).toBeLessThan((ets(y, { period: 7, spec }).aicc ?? Infinity) + 1);
  });

  it.each(SPECS)("%s: survives JSON to the same bits, and update continues as fitted does", (spec) => {
    const y = seasonal(60, 4);
    const model = ets(y.subarray(0, 48), { period: 4, spec, restrict: false });
    const again = JSON.parse(JSON.stringify(model)) as EtsModel;
    expect(forecast(again, { h: 9 })).toEqual(forecast(model, { h: 9 }));
    const whole = fitted(model, y);
    for (const t of [48, 50, 59]) {
      const next = forecast(update(model, y.subarray(48, t)), { h: 1 }).mean[0]!;
      expect(Math.abs(next - whole[t]!)).toBeLessThan(1e-9 * Math.abs(next));
    }
    expect(update(model, y.subarray(48)).nobs).toBe(60);
  });

  it("scales with the data, and its additive forms shift with it", () => {
    const y = seasonal(48, 4);
    const base = ets(y, { period: 4 });
    const shifted = ets(y, { period: 4, spec: "AAA", damped: false });
    const mean = forecast(base, { h: 8 }).mean;
    const straight = forecast(shifted, { h: 8 }).mean;
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (scale) => {
        const other = ets(
          y.map((v) => scale * v),
          { period: 4 },
        );
        expect(other.method).toBe(base.method);
        expect(Math.abs(other.loglik - (base.loglik - 48 * Math.log(scale)))).toBeLessThan(1e-4);
        forecast(other, { h: 8 }).mean.forEach((v, i) =>
          expect(Math.abs(v / scale - mean[i]!)).toBeLessThan(1e-3 * mean[i]!),
        );
        const moved = ets(
          y.map((v) => v + 100 * scale),
          { period: 4, spec: "AAA", damped: false },
        );
        forecast(moved, { h: 8 }).mean.forEach((v, i) =>
          expect(Math.abs(v - 100 * scale - straight[i]!)).toBeLessThan(1e-2 * straight[i]!),
        );
      }),
      { numRuns: 10 },
    );
  });

  it.each(["AAN", "AAA", "MAN", "MAA", "MNM", "MAM"])("%s: simulated moments are the analytic ones", (spec) => {
    const model: EtsModel = { ...ets(seasonal(60, 4), { period: 4, spec, damped: false }), alpha: 0.4, gamma: 0.2 };
    const paths = simulate(model, { h: 9, paths: 20000, seed: 5 });
    const { mean, lower, upper } = forecast(model, { h: 9, levels: [68.26894921370859] });
    for (let i = 0; i < 9; i++) {
      const values = paths.map((path) => path[i]!);
      const average = values.reduce((sum, v) => sum + v, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / values.length);
      const expected = (upper[0]![i]! - lower[0]![i]!) / 2;
      // Four standard errors of a mean and of a standard deviation of 20,000.
      expect(Math.abs(average - mean[i]!)).toBeLessThan((4 * expected) / Math.sqrt(20000));
      expect(Math.abs(deviation / expected - 1)).toBeLessThan(4 / Math.sqrt(40000) + 0.005);
    }
  });

  // As the level rises, multiplicative errors become the additive ones, whose interval does not depend on it.
  it.each([
    ["MNN", "ANN"],
    ["MAN", "AAN"],
    ["MNA", "ANA"],
    ["MAA", "AAA"],
    ["MNM", "ANA"],
    ["MAM", "AAA"],
  ])("%s: intervals at a level of 1e9 are those of %s at the same parameters", (multiplicative, additive) => {
    const level = 1e9;
    const effects = [3, -1, -4, 2];
    const common = { alpha: 0.3, beta: 0.05, gamma: 0.1, phi: 1, period: 4, nobs: 60, formatVersion: 1 as const };
    const template = ets(seasonal(60, 4), { spec: "ANN" });
    const model = (spec: string): EtsModel => {
      const [error, trend, season] = spec as unknown as [EtsModel["error"], EtsModel["trend"], EtsModel["season"]];
      return {
        ...template,
        ...common,
        error,
        trend,
        season,
        sigma2: error === "M" ? 1 / level ** 2 : 1,
        state: {
          level,
          slope: trend === "N" ? 0 : 2,
          season: season === "N" ? [] : season === "A" ? effects : effects.map((effect) => 1 + effect / level),
        },
      };
    };
    const width = (spec: string) => {
      const { lower, upper } = forecast(model(spec), { h: 9, levels: [95] });
      return upper[0]!.map((value, i) => value - lower[0]![i]!);
    };
    const expected = width(additive);
    // Bounds near 1e9 have 7 digits after the point.
    width(multiplicative).forEach((value, i) => expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-6));
  });

  it.each([1e5, 1e7, 1e8, 1e9])("keeps the interval of unit noise at a level of %s", (level) => {
    const uniform = random(2);
    const noise = Float64Array.from({ length: 60 }, () => normal(uniform));
    const width = (shift: number, spec: string) => {
      const { lower, upper } = forecast(
        ets(
          noise.map((value) => shift + value),
          { spec },
        ),
        { h: 1, levels: [95] },
      );
      return upper[0]![0]! - lower[0]![0]!;
    };
    expect(width(level, "MNN") / width(0, "ANN")).toBeCloseTo(1, 4);
    expect(width(level, "ZZZ") / width(0, "ANN")).toBeCloseTo(1, 4);
  });

  it("intervals of forms without analytic ones are the same each time, and in order", () => {
    const y = seasonal(60, 4);
    const model = ets(y, { period: 4, spec: "MMM", restrict: false });
    const a = forecast(model, { h: 8 });
    expect(forecast(model, { h: 8 })).toEqual(a);
    for (let i = 0; i < 8; i++) {
      expect(a.lower[1]![i]!).toBeLessThan(a.lower[0]![i]!);
      expect(a.lower[0]![i]!).toBeLessThan(a.mean[i]!);
      expect(a.mean[i]!).toBeLessThan(a.upper[0]![i]!);
    }
    expect(forecast({ ...model, seed: 2 }, { h: 8 }).lower).not.toEqual(a.lower);
  });

  it("keeps fixed parameters, within bounds, and does not count them", () => {
    const y = seasonal(60, 4);
    const free = ets(y, { period: 4, spec: "AAA", damped: false });
    const model = ets(y, { period: 4, spec: "AAA", damped: false, alpha: 0.3, gamma: 0.2 });
    expect([model.alpha, model.gamma]).toEqual([0.3, 0.2]);
    expect(model.beta).toBeLessThanOrEqual(0.3);
    expect(model.loglik).toBeLessThanOrEqual(free.loglik + 1e-6);
    expect(model.aic + 2 * model.loglik).toBe(2 * (9 - 2));
    expect(ets(y, { period: 4, spec: "AAA", phi: 0.9, damped: true }).phi).toBe(0.9);
  });

  it("with lambda: bounds are transformed back, and means are above medians", () => {
    const y = seasonal(60, 4);
    const median = forecast(ets(y, { period: 4, lambda: 0 }), { h: 6 });
    const mean = forecast(ets(y, { period: 4, lambda: 0, biasAdjust: true }), { h: 6 });
    median.mean.forEach((v, i) => {
      expect(Math.abs(Math.log(v) - Math.log(median.lower[1]![i]! * median.upper[1]![i]!) / 2)).toBeLessThan(1e-9);
      expect(mean.mean[i]!).toBeGreaterThan(v);
    });
  });

  it("moves over missing values", () => {
    const y = seasonal(60, 4, 1);
    const complete = forecast(ets(y, { period: 4 }), { h: 4 }).mean;
    for (const t of [0, 7, 20, 21, 22, 59]) y[t] = NaN;
    const model = ets(y, { period: 4 });
    expect(model.nobs).toBe(54);
    forecast(model, { h: 4 }).mean.forEach((v, i) =>
      expect(Math.abs(v - complete[i]!)).toBeLessThan(0.05 * complete[i]!),
    );
  });

  it("does not give up a form whose states start far from those of its best fit", () => {
    // One outlier among 40 values near 10: R's ets chooses (M,N,N), with an AICc of 248.5346.
    const { values } = sampleOf({ shape: "one outlier", length: 40, period: 1, seed: 7, gaps: false });
    const model = ets(values);
    expect(model.method).toBe("ETS(M,N,N)");
    expect(model.aicc).toBeCloseTo(248.5346, 3);
  });

  it("short and constant series have documented fallbacks", () => {
    for (let n = 1; n < 30; n++) {
      const { mean, lower, upper } = forecast(ets(seasonal(n, 4), { period: 4 }), { h: 5 });
      expect(mean.every(Number.isFinite), `n = ${n}`).toBe(true);
      // One observation tells no variance: its bounds are not numbers.
      for (const bounds of [lower[1]!, upper[1]!]) expect(bounds.every(Number.isFinite), `n = ${n}`).toBe(n > 1);
    }
    const constant = ets(new Float64Array(30).fill(7), { period: 4 });
    expect(constant.method).toBe("ETS(A,N,N)");
    expect(Array.from(forecast(constant, { h: 2 }).mean)).toEqual([7, 7]);
    expect(JSON.parse(JSON.stringify(constant))).toEqual(constant);
    expect(forecast(ets(new Float64Array(30)), { h: 1 }).mean[0]).toBe(0);
  });

  it("perfect fits and tiny values have finite likelihoods and forecasts", () => {
    const line = Float64Array.from({ length: 20 }, (_, t) => 3 + 2 * t);
    const denormal = Float64Array.from({ length: 5 }, (_, t) => t * 5e-324);
    for (const y of [line, denormal]) {
      const model = ets(y);
      expect(Number.isFinite(model.loglik)).toBe(true);
      expect(forecast(model, { h: 3 }).upper[1]!.every(Number.isFinite)).toBe(true);
      expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    }
    expect(forecast(ets(line), { h: 1 }).mean[0]).toBeCloseTo(43, 6);
    expect(() => ets([1e200, 2e200, 4e200])).toThrow("values as large as 4e+200");
  });

  it("refuses impossible requests, with the reason", () => {
    const y = seasonal(60, 4);
    expect(() => ets([])).toThrow("0 observed values out of 0");
    expect(() => ets([1, 2, -Infinity])).toThrow("-Infinity at position 2");
    expect(() => ets([NaN, NaN])).toThrow("0 observed values out of 2");
    expect(() => ets(y, { spec: "XYZ" })).toThrow('spec is "XYZ"');
    expect(() => ets(y, { spec: "AAM", period: 4 })).toThrow("set restrict: false");
    expect(() => ets([...y, -1], { spec: "MNN" })).toThrow("the series has -1 at position 60");
    expect(() => ets(y, { spec: "ANA" })).toThrow("period is 1");
    expect(() => ets(y.subarray(0, 6), { spec: "AAA", period: 4 })).toThrow("needs at least");
    expect(() => ets(y, { alpha: 1.5 })).toThrow("alpha is 1.5");
    expect(() => forecast(ets(y), { h: 0 })).toThrow("h is 0");
  });
});

describe("a form with trend and season", () => {
  // The likeliest start of such series is not admissible. Log-likelihoods of R's ets(y, "AAA", damped = FALSE), forecast 8.20.
  it.each([
    [2, -269.9636],
    [3, -259.4205],
    [4, -239.0133],
    [5, -253.9477],
    [6, -227.6972],
  ])("is fitted to a smooth series at least as well as by R, seed %i", (seed, loglik) => {
    const uniform = random(seed);
    let [level, slope] = [500, 0];
    const y = Float64Array.from({ length: 60 }, () => {
      slope = 0.7 * slope + 5 * normal(uniform);
      return (level += slope);
    });
    expect(ets(y, { period: 12, spec: "AAA", damped: false }).loglik).toBeGreaterThan(loglik);
  });
});

describe("admissible", () => {
  it("holds where the effect of an old observation on a forecast dies out, and only there", () => {
    const period = 4;
    const discount = (alpha: number, beta: number, gamma: number, phi: number) => {
      // The error that follows one error of 1, over and over: y stays 0.
      let level = 1;
      let slope = 0.5;
      const season = [0.3, -0.2, 0.4, -0.5];
      let size = 0;
      for (let t = 0; t < 20000; t++) {
        const e = -(level + phi * slope + season[t % period]!);
        level += phi * slope + alpha * e;
        slope = phi * slope + beta * e;
        season[t % period]! += gamma * e;
        size = Math.abs(level + season[t % period]!) + Math.abs(slope);
        if (!(size < 1e8)) return false;
      }
      return size < 1e-8 ? true : undefined;
    };
    const uniform = random(11);
    let inside = 0;
    for (let i = 0; i < 300; i++) {
      const p = [1.6 * uniform(), 1.2 * uniform(), 1.2 * uniform(), 0.8 + 0.2 * uniform()] as const;
      const ours = admissible(p, period, true);
      const dies = discount(...p);
      // A root within about 1e-3 of the unit circle takes too long to tell.
      if (dies === undefined) continue;
      if (ours) inside++;
      expect(ours, p.join(" ")).toBe(dies);
    }
    expect(inside).toBeGreaterThan(30);
  });
});

const series = referenceSeries();
const fixed = reference<readonly RecordedFixedEts[]>("ets_fixed");
describe.skipIf(series === undefined || fixed === undefined)(`against R's ets (if not: ${absent})`, () => {
  /**
   * Returns the likelihood as R takes it, with log |r| where an expectation is negative; ours takes such states for
   * impossible.
   */
  const negative = ({ id, result }: RecordedFixedEts) => id === "UKgas" && result.method === "ETS(M,A,A)";
  const records = (fixed ?? []).map((record) => [record.id, record.result.method, record] as const);

  it.each(records.filter(([, , record]) => !negative(record)))(
    "%s %s: likelihood, variance and forecasts at R's parameters",
    (id, _, { result }) => {
      const { values, frequency } = series!.get(id)!;
      const model = etsAt(values, frequency, result);
      expect(Math.abs(model.loglik - result.loglik)).toBeLessThan(1e-6);
      expect(Math.abs(model.aic - result.aic)).toBeLessThan(1e-6);
      expect(Math.abs(model.sigma2 / result.sigma2 - 1)).toBeLessThan(1e-8);
      const { mean, lower, upper } = forecast(model, { h: result.forecast.h });
      const { trend, season, damped, error, period } = model;
      if (damped && season === "M") {
        // R leaves phi out of the first step here: its forecast is (level + slope) · season, not its own fitted value's.
        const first = (model.state.level + model.state.slope) * model.state.season[0]!;
        expect(Math.abs(first / result.forecast.mean[0]! - 1)).toBeLessThan(1e-8);
        return;
      }
      // Without a trend R counts the season's return into the variance a step early, at h = period, 2 period, …
      const early = (i: number) => trend === "N" && season === "A" && (i + 1) % period === 0;
      const near = (ours: Float64Array, theirs: number[], tolerance: number, skip: (i: number) => boolean) =>
        ours.forEach((v, i) => {
          if (skip(i)) return;
          expect(Math.abs(v - theirs[i]!), `step ${i + 1}`).toBeLessThan(tolerance * Math.abs(upper[1]![i]!));
        });
      near(mean, result.forecast.mean, 1e-6, () => false);
      if (result.interval_kind === "simulated") return;
      const tolerance = error === "M" ? 1e-5 : 1e-6;
      near(lower[0]!, result.forecast.lower80, tolerance, early);
      near(upper[1]!, result.forecast.upper95, tolerance, early);
    },
  );

  it.each(records)("%s %s: the optimum is not below R's log-likelihood by 1e-2", (id, _, { call, result }) => {
    const { values, frequency } = series!.get(id)!;
    const model = ets(values, { period: frequency, spec: call.model, damped: call.damped, restrict: false });
    expect(model.loglik).toBeGreaterThan(result.loglik - 1e-2);
  });

  it("the automatic choice is R's form or has no greater AICc", () => {
    const count = { same: 0, other: 0 };
    for (const { id, result } of reference<readonly { id: string; result: RecordedEts }[]>("ets")!) {
      const { values, frequency } = series!.get(id)!;
      if (values.some(Number.isNaN)) continue;
      const model = ets(values, { period: frequency });
      count[model.method === result.method ? "same" : "other"]++;
      if (model.method !== result.method) expect(model.aicc!, id).toBeLessThan(result.aicc + 0.1);
    }
    expect(count).toEqual({ same: 60, other: 4 });
  });
});
