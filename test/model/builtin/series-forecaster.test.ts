import { describe, expect, it } from "vitest";
import { fitted, METHODS, mae } from "../../../packages/forecast/src/index.ts";
import contest from "../../../src/model/builtin/contest.ts";
import forecaster from "../../../src/model/builtin/forecaster.ts";
import { daily, noise, range } from "./daily.ts";

const z = noise(7);
const demand = range(0, 130).map(() => Math.max(0, Math.round(4 * (z() - 0.5))));
const on = (t: number) => demand[t] ?? NaN;
const exports = { target: "Y", time: "DAY", period: 7, horizon: 5, holdout: 14 };

describe("intermittent demand", () => {
  it.each(["best", "adida", "imapa"] as const)(
    "%s trains with metrics, takes in newer rows and predicts",
    async (method) => {
      const context = { unit_id: "A", exports: { ...exports, method }, seed: 1 };
      const { model, metrics } = await forecaster.fit({ ...context, data: daily(range(0, 120), { Y: on }) });
      const y = Float64Array.from(demand.slice(0, 120));
      const expected = fitted(METHODS[method](y, 7), y);
      // Before the first demand the Syntetos-Boylan member has no forecast, and the others' mean stands.
      expect(expected.every(Number.isFinite)).toBe(true);
      expect(metrics!.mae).toBeCloseTo(mae(y, expected), 12);
      const data = daily(range(120, 130), { Y: on });
      const moved = await forecaster.update!({ ...context, model, data });
      expect(moved.steps).toBe(10);
      const { mean } = await forecaster.predict!({ ...context, data, model: moved.model, horizon: 5, levels: [80] });
      expect(Array.from(mean).every((value) => value > 0)).toBe(true);
    },
  );

  it("is refined by a contest that ranks best among the candidates", async () => {
    const context = {
      unit_id: "A",
      exports: { ...exports, windows: 3, metric: "rmse" as const, candidates: ["best", "tsb"] as const },
      seed: 1,
    };
    const { model, info } = await contest.fit({ ...context, data: daily(range(0, 120), { Y: on }) });
    expect(info).toMatchObject({
      ranking: expect.arrayContaining([expect.objectContaining({ name: "best", score: expect.any(Number) })]),
    });
    const moved = await contest.update!({ ...context, model, data: daily(range(120, 130), { Y: on }) });
    expect(moved.steps).toBe(10);
  });
});

describe("several origins", () => {
  // A level that moves, so that origins differ.
  const walk = range(0, 120).reduce<number[]>((all) => [...all, (all.at(-1) ?? 50) + z() - 0.5], []);
  const until = (days: number) => daily(range(0, days), { Y: (t: number) => walk[t] ?? NaN });
  const measure = async (days: number, origins?: number) => {
    const several = origins === undefined ? {} : { origins };
    const context = { unit_id: "A", exports: { ...exports, ...several, method: "naive" as const }, seed: 1 };
    return (await forecaster.fit({ ...context, data: until(days) })).metrics ?? {};
  };

  it("are each measured as the holdout of the series that ends there", async () => {
    const [first, second, last] = [await measure(92), await measure(106), await measure(120)];
    const metrics = await measure(120, 3);
    for (const name of ["mae", "rmse", "wape", "mase", "me", "pinball"]) {
      const values = [first, second, last].map((one) => one[`holdout_${name}`] ?? NaN);
      const [a, b, c] = values as [number, number, number];
      expect(metrics[`holdout_${name}`]).toBeCloseTo((a + b + c) / 3, 12);
      expect(metrics[`holdout_earlier_${name}`]).toBeCloseTo((a + b) / 2, 12);
      expect(metrics[`holdout_last_${name}`]).toBe(c);
      expect(new Set(values).size).toBe(3);
    }
  });

  it("that would leave too little are left out", async () => {
    const metrics = await measure(30, 4);
    expect(metrics.holdout_last_mae).toBe(metrics.holdout_mae);
    expect(metrics).not.toHaveProperty("holdout_earlier_mae");
    // The first of four origins lies before the series begins.
    const [first, last] = [await measure(29), await measure(43)];
    const longer = await measure(43, 4);
    expect(longer.holdout_mae).toBeCloseTo(((first.holdout_mae ?? NaN) + (last.holdout_mae ?? NaN)) / 2, 12);
  });

  it("of a contest are those of the candidates that the windows before them chose", async () => {
    const context = { unit_id: "A", seed: 1 };
    const shared = { ...exports, windows: 2, metric: "mae" as const, candidates: ["naive", "drift", "mean"] as const };
    const ended = async (days: number) =>
      (await contest.fit({ ...context, exports: { ...shared, windows: 3 }, data: until(days) })).metrics ?? {};
    const { metrics = {} } = await contest.fit({ ...context, exports: { ...shared, origins: 2 }, data: until(120) });
    expect(metrics.holdout_last_mae).toBe((await ended(120)).holdout_mae);
    expect(metrics.holdout_mae).toBeCloseTo(
      ((metrics.holdout_earlier_mae ?? NaN) + (metrics.holdout_last_mae ?? NaN)) / 2,
      12,
    );
    expect(metrics.contest_windows).toBe(2);
    const single = await contest.fit({ ...context, exports: { ...shared, windows: 1 }, data: until(120) });
    expect(single.metrics).toMatchObject({ contest_windows: 0, holdout_mae: single.metrics?.contest_score });
  });
});
