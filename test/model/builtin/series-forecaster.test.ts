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
