import { describe, expect, it } from "vitest";
import { normal, random } from "../../packages/forecast/src/index.ts";
import { type TrialSeries, tryMethods } from "../../src/advise/method-trials.ts";

/** Returns monthly series of a level, a season and noise. */
function seasonal(count: number, seed = 1): TrialSeries[] {
  const uniform = random(seed);
  return Array.from({ length: count }, () => ({
    y: Float64Array.from({ length: 48 }, (_, t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 12) + 5 * normal(uniform)),
    demand: "smooth" as const,
  }));
}

/** Returns a clock that moves by a millisecond at each reading. */
function ticking() {
  let now = 0;
  return () => now++;
}

describe("tryMethods", () => {
  it("orders methods by their error on the same series, and proposes a cheap one that is as good as the best", () => {
    const { trials, series, slow, proposal } = tryMethods(seasonal(10), {
      period: 12,
      h: 6,
      budgetMs: 60,
      clock: ticking(),
    });
    // The time is over after the first series, and eight are tried at least.
    expect(series).toBe(8);
    expect(slow).toEqual([]);
    expect(trials.every((trial) => trial.series + trial.failed === 8)).toBe(true);
    const ratios = trials.map(({ toNaive }) => toNaive.ratio);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    expect(trials.find(({ method }) => method === "snaive")!.toNaive).toMatchObject({ ratio: 1, low: 1, high: 1 });
    // The last value says nothing of another season's; repeating a noisy season has the noise of both.
    expect(trials.at(-1)!.toNaive.ratio).toBeGreaterThan(1.5);
    const chosen = trials.find(({ method }) => method === proposal)!;
    expect(chosen.toNaive.ratio).toBeLessThanOrEqual(1.05 * ratios[0]!);
    expect(chosen.toNaive.ratio).toBeLessThan(0.9);
  });

  it("measures what can be computed by hand: the error of the mean on steps of a known level", () => {
    const y = Float64Array.from([2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 5, 5, 7, 7]);
    const { trials } = tryMethods([{ y, demand: "smooth" }], { period: 1, h: 4, budgetMs: 1000, clock: ticking() });
    // The mean of 2 and 4 misses 5, 5, 7, 7 by 3 on average; a naive step of the training part misses by 2.
    expect(trials.find(({ method }) => method === "mean")!.mase).toBeCloseTo(3 / 2, 12);
  });

  it("leaves out methods that are too slow for the time, and proposes nothing from fewer than 8 series", () => {
    const options = { period: 12, h: 6, budgetMs: 31, clock: ticking() };
    expect(tryMethods(seasonal(9), options)).toMatchObject({ trials: [], proposal: undefined });
    expect(tryMethods(seasonal(9), options).slow).toContain("best");
    expect(tryMethods([], options)).toMatchObject({ trials: [], series: 0, proposal: undefined });
  });

  it("judges intermittent demand by squared errors: to forecast nothing is no virtue", () => {
    const uniform = random(5);
    const sparse = Array.from({ length: 20 }, () => ({
      y: Float64Array.from({ length: 60 }, () => (uniform() < 0.2 ? 1 + Math.floor(5 * uniform()) : 0)),
      demand: "intermittent" as const,
    }));
    const { trials, proposal } = tryMethods(sparse, { period: 1, h: 12, budgetMs: 60, clock: ticking() });
    const of = (method: string) => trials.find((trial) => trial.method === method)!.toNaive.ratio;
    expect(of("tsb")).toBeLessThan(of("naive"));
    expect(proposal).not.toBe("naive");
  });
});
