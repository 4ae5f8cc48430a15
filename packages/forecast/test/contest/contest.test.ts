import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contest,
  crossValidate,
  forecast,
  METHODS,
  mean,
  naive,
  normal,
  random,
  suitableMethods,
} from "../../src/index.ts";
import { intermittent, simulated } from "./simulated.ts";

const quick = ["naive", "drift", "mean", "holt-winters"] as const;
const options = { period: 4, candidates: quick, h: 4, windows: 3, now: () => 0 };

const walkOf = (minLength: number, maxLength: number) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength, maxLength })
    .map((steps) => Float64Array.from(steps, (_, t) => 100 + steps.slice(0, t).reduce((sum, step) => sum + step, 0)));
const walk = walkOf(1, 60);

describe("contest", () => {
  it("never chooses a model that is worse than the guard, nor one that forecasts nothing", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.oneof(walk, walkOf(40, 60)),
        fc.constantFrom("mase" as const, "rmse" as const, "smape" as const),
        (y, metric) => {
          const { model, name, ranking } = contest(y, { ...options, metric });
          expect([...forecast(model, { h: 4 }).mean].every(Number.isFinite)).toBe(true);
          const guard = ranking.find((ranked) => ranked.name === "snaive");
          if (guard === undefined || Number.isNaN(guard.score)) return;
          expect(ranking.find((ranked) => ranked.name === name)!.score).toBeLessThanOrEqual(guard.score);
          compared++;
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(15);
  });

  it("chooses the same for any order of the candidates", () => {
    fc.assert(
      fc.property(walk, fc.shuffledSubarray([...quick], { minLength: 4 }), (y, candidates) => {
        const a = contest(y, options);
        const b = contest(y, { ...options, candidates });
        expect(b.name).toBe(a.name);
        expect(b.ranking.map(({ name }) => name)).toEqual(a.ranking.map(({ name }) => name));
      }),
      { numRuns: 30 },
    );
  });

  it("breaks ties by the guard first, then by name", () => {
    const y = simulated(4, 60);
    const twin = (name: string) => ({ name, fit: METHODS.snaive });
    const { ranking, name } = contest(y, { ...options, candidates: [twin("z"), twin("a")] });
    expect(ranking.map((ranked) => ranked.name)).toEqual(["snaive", "a", "z"]);
    expect(name).toBe("snaive");
  });

  it("takes the cheapest method of those that tie", () => {
    const y = simulated(4, 60);
    // Under each other's names: here the method that counts as the dearer one has the least error.
    const candidates = [
      { name: "ets", fit: METHODS["holt-winters"] },
      { name: "holt-winters", fit: METHODS.ets },
    ];
    const { ranking } = contest(y, { ...options, candidates });
    const scores = new Map(ranking.map(({ name, score }) => [name, score]));
    const [least, guard] = [ranking[0]?.score ?? NaN, scores.get("snaive") ?? NaN];
    expect(ranking[0]?.name).toBe("ets");
    const within = (name: string) => (scores.get(name) ?? NaN) / least - 1;
    const between = (within("holt-winters") + guard / least - 1) / 2;
    expect(within("holt-winters")).toBeLessThan(guard / least - 1);
    expect(contest(y, { ...options, candidates, tie: within("holt-winters") / 2 }).name).toBe("ets");
    expect(contest(y, { ...options, candidates, tie: between }).name).toBe("holt-winters");
    expect(contest(y, { ...options, candidates, tie: 10 }).name).toBe("snaive");
    expect(() => contest(y, { ...options, tie: -1 })).toThrow("tie is -1");
  });

  it("ranks by the distance of the mean error from zero, and by pinball loss", () => {
    const y = simulated(4, 60);
    const unbiased = contest(y, { ...options, metric: "me" });
    expect(unbiased.ranking.map(({ score }) => score)).toEqual(
      unbiased.ranking.map(({ accuracy }) => Math.abs(accuracy.me)),
    );
    expect(unbiased.ranking.some(({ accuracy }) => accuracy.me < 0)).toBe(true);
    const sharp = contest(y, { ...options, metric: "pinball" });
    expect(sharp.ranking.map(({ score }) => score)).toEqual(sharp.ranking.map(({ pinball }) => pinball));
    expect(sharp.metric).toBe("pinball");
  });

  it("says at each origin what the windows before would have chosen, as a contest there does", () => {
    const y = simulated(4, 60);
    const { choices, ranking } = contest(y, { ...options, windows: 4 });
    expect(choices.map(({ window }) => window.origin)).toEqual([48, 52, 56]);
    for (const [i, { name, window }] of choices.entries()) {
      const there = contest(y.subarray(0, window.origin), { ...options, windows: i + 1 });
      expect(name).toBe(there.name);
      expect(ranking.find((ranked) => ranked.name === name)?.windows).toContain(window);
    }
    expect(contest(y, { ...options, windows: 1 }).choices).toEqual([]);
  });

  it("does not count a window whose values were not known at an origin", () => {
    const { choices } = contest(simulated(4, 60), { ...options, windows: 4, step: 2 });
    expect(choices.map(({ window }) => window.origin)).toEqual([54, 56]);
  });

  it("promises no more than it keeps where all candidates are alike", () => {
    // Ten constant guesses at noise: the winner's score is low by chance, the choices' errors are not.
    const uniform = random(21);
    let [scores, errors, count] = [0, 0, 0];
    for (let time = 0; time < 60; time++) {
      const y = Float64Array.from({ length: 60 }, () => normal(uniform));
      const candidates = Array.from({ length: 10 }, (_, i) => ({
        name: `guess ${i}`,
        fit: () => ({ ...mean([0, 0]), mean: normal(uniform) }),
      }));
      const { ranking, choices } = contest(y, { period: 1, h: 2, windows: 3, candidates, metric: "mae", now: () => 0 });
      scores += ranking[0]?.score ?? NaN;
      errors += choices.at(-1)?.window.accuracy.mae ?? NaN;
      count++;
    }
    // The mean distance of two independent standard normal values is 2/√π.
    expect(errors / count).toBeCloseTo(2 / Math.sqrt(Math.PI), 0.7);
    expect(scores / count).toBeLessThan(0.75 * (2 / Math.sqrt(Math.PI)));
  });

  it("fits the winner to the whole series", () => {
    const y = simulated(5, 60);
    const result = contest(y, options);
    expect(result.name).not.toBe("naive");
    expect(result.model).toEqual(METHODS[result.name as "snaive"](y, 4));
    expect(result.ranking.map(({ name, accuracy }) => [name, accuracy])).toEqual(
      result.ranking.map(({ name }) => [
        name,
        crossValidate(y, [name as "mean"], { period: 4, h: 4, windows: 3 }).trials[0]!.accuracy,
      ]),
    );
    expect(result.reason).toMatch(/^least mase over 3 windows of 4 steps: 0\.\d+; the guard snaive has \d/);
  });

  it("lets a candidate fail without the others, in a window or on the whole series", () => {
    const y = simulated(6, 60);
    const perfect = {
      name: "perfect until the end",
      fit: (values: Float64Array) => {
        if (values.length === 60) throw new Error("singular");
        return {
          ...naive(values),
          kind: "snaive" as const,
          period: 4,
          lastSeason: [...y.slice(values.length).slice(0, 4)],
        };
      },
    };
    const sometimes = {
      name: "sometimes",
      fit: (values: Float64Array) => {
        if (values.length === 52) throw new Error("no");
        return perfect.fit(values);
      },
    };
    const without = contest(y, options);
    const { name, reason, ranking } = contest(y, { ...options, candidates: [...quick, sometimes, perfect] });
    expect(name).toBe(without.name);
    expect(ranking[0]!.name).toBe("perfect until the end");
    expect(reason).toContain("perfect until the end cannot be fitted to the whole series: singular");
    expect(ranking.at(-1)).toMatchObject({ name: "sometimes", score: NaN, failures: [{ origin: 52, message: "no" }] });
  });

  it("shortens the horizon of a short series, and falls back where no window is left", () => {
    const short = contest(simulated(7, 12), { ...options, h: 6 });
    expect(short.ranking.every(({ windows }) => windows.every((window) => window.errors.length === 2))).toBe(true);
    const none = contest([3, 4, 5, 4], { ...options, h: 6 });
    expect(none.ranking).toEqual([]);
    expect(none.name).toBe("best");
    expect(none.reason).toContain("4 values leave no window");
    expect(contest([5], options).ranking).toEqual([]);
    expect(() => contest([], options)).toThrow("0 observed");
    expect(() => contest([NaN, NaN], options)).toThrow("0 observed");
  });

  it("ranks a constant series by its absolute error", () => {
    const { metric, model } = contest(new Array(40).fill(7), options);
    expect(metric).toBe("mae");
    expect([...forecast(model, { h: 3 }).mean]).toEqual([7, 7, 7]);
  });

  it("routes intermittent demand by its ADI, and ranks it by RMSE", () => {
    const y = intermittent(8, 120);
    expect(suitableMethods(y)).toContain("mean");
    expect(suitableMethods(y)).not.toContain("auto-arima");
    expect(suitableMethods(simulated(8, 120))).toContain("auto-arima");
    // Zeros among negative values are no demand.
    expect(suitableMethods(y.map((value) => -value))).toContain("auto-arima");
    const { metric, ranking } = contest(y, { h: 6 });
    expect(metric).toBe("rmse");
    expect(ranking.map(({ name }) => name).sort()).toEqual([...suitableMethods(y), "snaive"].sort());
  });

  it("takes another guard, and names arguments that are not allowed", () => {
    const y = simulated(9, 60);
    const { ranking } = contest(y, { ...options, guard: { name: "own", fit: (values) => mean(values) } });
    expect(ranking.map(({ name }) => name)).toContain("own");
    expect(() => contest(y, { ...options, h: 0 })).toThrow("h is 0");
    expect(() => contest(y, { ...options, candidates: [] })).toThrow("0 candidates");
    expect(() => contest(y, { ...options, windows: -1 })).toThrow("windows is -1");
  });
});
