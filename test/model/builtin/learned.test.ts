import { describe, expect, it } from "vitest";
import {
  accuracy,
  forecast,
  type LearntWeights,
  random,
  reweigh,
  sharesOf,
  update,
  weighedSeries,
} from "../../../packages/forecast/src/index.ts";
import type { PlainData } from "../../../src/core/columns/plain-data.ts";
import learned from "../../../src/model/builtin/learned.ts";
import { daily, noise, range } from "./daily.ts";

const z = noise(3);
/** Series with a week and a trend of their own. */
const series = range(0, 8).map((unit) => {
  const values = range(0, 70).map((t) => 50 + unit * t * 0.1 + 10 * Math.sin((2 * Math.PI * t) / 7) + 4 * z());
  return { unit, values, data: daily(range(0, 70), { Y: (t) => values[t] ?? NaN }) };
});
const usual = { target: "Y", period: 7, horizon: 7, holdout: 7 };

async function learnFrom(infos: readonly PlainData[]): Promise<PlainData> {
  const read = () => Promise.reject(new Error("weights are learnt without the data"));
  async function* partitions() {
    for (const [seed, info] of infos.entries()) yield { partitionKey: `s:${seed}`, seed, info, read };
  }
  const learnt = await learned.learn?.({ partitions: partitions(), exports: usual, seed: 1 });
  return JSON.parse(JSON.stringify(learnt));
}

async function train(options: object = {}, count = series.length) {
  const exports = { ...usual, ...options };
  const fits = await Promise.all(
    series
      .slice(0, count)
      .map(async ({ unit, data }) => ({ data, seed: unit, fit: await learned.fit({ data, exports, seed: unit }) })),
  );
  const learnt = await learnFrom(fits.map(({ fit }): PlainData => JSON.parse(JSON.stringify(fit.info))));
  const complete = async (unit: number) => {
    const { data, seed, fit } = fits[unit]!;
    const info: PlainData = JSON.parse(JSON.stringify(fit.info));
    return learned.complete!({ data, exports, seed, model: fit.model, info, learnt });
  };
  return { fits, learnt, complete };
}

describe("learned", () => {
  it("weighs the members of each series by the evidence of all series, and records it", async () => {
    const { fits, complete } = await train();
    for (const [i, { seed }] of fits.entries()) {
      const completed = await complete(i);
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
      const shorter = await learned.fit({
        data: daily(range(0, 63), { Y: (t) => values[t] ?? NaN }),
        exports: usual,
        seed,
      });
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
    expect((await learned.update!({ data, exports: usual, seed: 1, model: fit.model })).steps).toBe(7);
  });

  it("measures every origin, and forecasts of a lag, by weights that another fifth of the series taught", async () => {
    const { fits, learnt, complete } = await train({ origins: 2, lag: 3 }, 6);
    // Measuring more changes no model.
    const once = fits.map(({ fit }) => {
      const info = JSON.parse(JSON.stringify(fit.info));
      return { ...info, evidence: info.evidence.slice(-1) };
    });
    expect(await learnFrom(once)).toEqual(learnt);
    for (const unit of [0, 3]) {
      const { metrics = {} } = await complete(unit);
      const { values } = series[unit]!;
      const fold = (learnt as unknown as LearntWeights).groups.season!.folds[unit % 5]!;
      // By the library's own steps. Members of less than 2 % are left out here.
      const modelAt = (origin: number) => {
        const { model, ...rest } = weighedSeries(values.slice(0, origin), { period: 7 });
        return reweigh(model, sharesOf(fold, rest));
      };
      const { mean } = forecast(modelAt(56), { h: 7, levels: [] });
      const earlier = accuracy(values.slice(56, 63), mean, { training: values.slice(0, 56), period: 7 });
      expect(metrics.holdout_earlier_mase! / earlier.mase).toBeCloseTo(1, 1);
      let model = modelAt(63);
      const atLag = range(63, 68).map((t) => {
        const expected = forecast(model, { h: 3, levels: [] }).mean[2]!;
        model = update(model, values.slice(t, t + 1));
        return expected;
      });
      expect(metrics.holdout_last_lag_mae! / accuracy(values.slice(65), atLag).mae).toBeCloseTo(1, 1);
    }
  });

  it("weighs the members of what a regression on drivers leaves", async () => {
    const uniform = random(4);
    const promo = range(0, 90).map(() => Number(uniform() < 0.3));
    const sales = (t: number) => 50 + 20 * (promo[t] ?? 0) + 10 * Math.sin((2 * Math.PI * t) / 7) + (t % 3);
    const rows = daily(range(0, 90), { Y: (t) => (t < 80 ? sales(t) : NaN), PROMO: (t) => promo[t] ?? NaN });
    const times = Float64Array.from(range(0, 90), (t) => Date.UTC(2026, 0, 1) + t * 86_400_000);
    const axis = (from: number, to: number) => ({
      ...{ times: times.slice(from, to), interval: "P1D", time: "DAY", rows: [rows] },
    });
    const exports = { ...usual, drivers: { regressors: [{ column: "PROMO", lags: [0], isText: false }] } };
    const common = { exports, seed: 1 };
    const data = daily(range(0, 80), { Y: sales, PROMO: (t) => promo[t] ?? NaN });
    const fit = await learned.fit({ ...common, data, axis: axis(0, 80) });
    const info: PlainData = JSON.parse(JSON.stringify(fit.info));
    const learnt = { kind: "learnt-weights", formatVersion: 1, groups: {} };
    const completed = await learned.complete!({ ...common, data, axis: axis(0, 80), model: fit.model, info, learnt });
    expect(completed.info).toMatchObject({ effects: { PROMO: { effect: expect.closeTo(20, 0) } }, group: "season" });
    // A promotion is worth 20: without it the error of its days would be that large.
    expect(completed.metrics?.holdout_mae).toBeLessThan(2.5);
    const { model } = completed;
    const ahead = await learned.predict!({ ...common, data, model, horizon: 10, levels: [], axis: axis(80, 90) });
    range(0, 10).forEach((j) => {
      expect(Math.abs(Number(ahead.mean[j]) - sales(80 + j))).toBeLessThan(5);
    });
    const newer = daily(range(80, 83), { Y: sales, PROMO: (t) => promo[t] ?? NaN });
    const moved = await learned.update!({ ...common, data: newer, axis: axis(80, 83), model });
    const later = await learned.predict!({
      ...{ ...common, data, model: moved.model, horizon: 7, levels: [], axis: axis(83, 90) },
    });
    expect(Math.abs(Number(later.mean[0]) - sales(83))).toBeLessThan(5);
  });

  it("trains a series too short for a holdout by the shipped weights", async () => {
    const data = daily(range(0, 9), { Y: (t) => t });
    const { info } = await learned.fit({ data, exports: usual, seed: 1 });
    expect(info).toMatchObject({ evidence: [null] });
  });
});
