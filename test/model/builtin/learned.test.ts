import { describe, expect, it } from "vitest";
import { accuracy, forecast } from "../../../packages/forecast/src/index.ts";
import type { PlainData } from "../../../src/core/columns/plain-data.ts";
import learned from "../../../src/model/builtin/learned.ts";
import { daily, noise, range } from "./daily.ts";

const z = noise(3);
/** Series with a week and a trend of their own. */
const series = range(0, 8).map((unit) => {
  const values = range(0, 70).map((t) => 50 + unit * t * 0.1 + 10 * Math.sin((2 * Math.PI * t) / 7) + 4 * z());
  return { unit, values, data: daily(range(0, 70), { Y: (t) => values[t] ?? NaN }) };
});
const exports = { target: "Y", period: 7, horizon: 7, holdout: 7 };

async function train() {
  const fits = await Promise.all(
    series.map(async ({ unit, data }) => ({ data, seed: unit, fit: await learned.fit({ data, exports, seed: unit }) })),
  );
  const read = () => Promise.reject(new Error("weights are learnt without the data"));
  async function* partitions() {
    for (const { seed, fit } of fits)
      yield { partitionKey: `s:${seed}`, seed, info: JSON.parse(JSON.stringify(fit.info)) as PlainData, read };
  }
  const learnt: PlainData = JSON.parse(
    JSON.stringify(await learned.learn?.({ partitions: partitions(), exports, seed: 1 })),
  );
  return { fits, learnt };
}

describe("learned", () => {
  it("weighs the members of each series by the evidence of all series, and records it", async () => {
    const { fits, learnt } = await train();
    for (const [i, { data, seed, fit }] of fits.entries()) {
      const info: PlainData = JSON.parse(JSON.stringify(fit.info));
      const completed = await learned.complete!({ data, exports, seed, model: fit.model, info, learnt });
      const { weights, group, learnt_from } = completed.info as {
        weights: Record<string, number>;
        group: string;
        learnt_from: number;
      };
      expect(group).toBe("season");
      expect(learnt_from).toBe(8);
      expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(weights.best).toBeGreaterThan(0.3);
      // The holdout again, by the library's own steps: the last week forecast from the values before.
      const { values } = series[i]!;
      const shorter = await learned.fit({ data: daily(range(0, 63), { Y: (t) => values[t] ?? NaN }), exports, seed });
      const { mean } = forecast(shorter.model, { h: 7, levels: [] });
      const expected = accuracy(values.slice(63), mean, { training: values.slice(0, 63), period: 7 }).mase;
      // Those are the shipped weights; the learnt ones differ little with so few series.
      expect(completed.metrics!.holdout_mase).toBeGreaterThan(0.7 * expected);
      expect(completed.metrics!.holdout_mase).toBeLessThan(1.3 * expected);
      expect(completed.forecast).toHaveLength(7);
      expect(completed.metrics!.mase).toBeGreaterThan(0);
    }
  });

  it("takes newer rows in", async () => {
    const { fits } = await train();
    const { fit } = fits[0]!;
    const data = daily(range(70, 77), { Y: (t) => 50 + t });
    expect((await learned.update!({ data, exports, seed: 1, model: fit.model })).steps).toBe(7);
  });

  it("trains a series too short for a holdout by the shipped weights", async () => {
    const data = daily(range(0, 9), { Y: (t) => t });
    const { info } = await learned.fit({ data, exports, seed: 1 });
    expect(info).toMatchObject({ evidence: null });
  });
});
