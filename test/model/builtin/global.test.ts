import { describe, expect, it } from "vitest";
import type { PlainData } from "../../../src/core/columns/plain-data.ts";
import global from "../../../src/model/builtin/global.ts";
import { daily, noise, range } from "./daily.ts";

const DAYS = 70;
const HOLDOUT = 7;
const exports = { target: "Y", period: 7, horizon: 7, holdout: HOLDOUT, attributes: ["KIND"], rounds: 50 };
const plain = (value: unknown): PlainData => JSON.parse(JSON.stringify(value));

/**
 * Returns daily sales of ten shops, of two kinds with opposite weeks.
 *
 * @param surprise - the factor of the last week of all shops but the first
 */
function shops(surprise = 1, days = DAYS) {
  return range(0, 10).map((unit) => {
    const z = noise(unit + 1);
    const sign = unit % 2 === 0 ? 1 : -1;
    const size = 20 + 10 * unit;
    const values = range(0, days).map((t) => {
      const week = 1 + sign * 0.4 * Math.sin((2 * Math.PI * t) / 7);
      return size * (week + 0.02 * z()) * (t >= DAYS - HOLDOUT && unit > 0 ? surprise : 1);
    });
    return daily(range(0, days), { Y: (t) => values[t] ?? NaN, KIND: () => unit % 2 });
  });
}

/** Trains on shops, in the order of a run. */
async function train(data: ReturnType<typeof shops>, options: object = exports) {
  const settings = { ...exports, ...options };
  const fits = await Promise.all(data.map(async (one) => global.fit({ data: one, exports: settings, seed: 1 })));
  const partitions = {
    async *[Symbol.asyncIterator]() {
      for (const [unit, { info }] of fits.entries())
        yield {
          partitionKey: `s:${unit}`,
          seed: unit,
          info: plain(info),
          read: async () => ({ data: data[unit]!, exports: settings }),
        };
    },
  };
  const learnt = plain(await global.learn!({ partitions, exports: settings, seed: 1 }));
  const complete = (unit: number) => {
    const { model, info } = fits[unit]!;
    return global.complete!({ data: data[unit]!, exports: settings, seed: 1, model, info: plain(info), learnt });
  };
  const predict = (model: Parameters<NonNullable<typeof global.predict>>[0]["model"]) =>
    global.predict!({ model, horizon: 7, levels: [80], data: data[0]!, exports: settings, seed: 1, learnt });
  return { fits, learnt, complete, predict };
}

describe("global", () => {
  it("measures each partition by a model that has seen the holdout of none", async () => {
    const usual = await train(shops());
    const surprised = await train(shops(5));
    const [before, after] = [await usual.complete(0), await surprised.complete(0)];
    expect(before.metrics?.holdout_mase).toBeLessThan(1.5);
    // What the other shops sold in the last week moves the forecast of the first, and not its metrics.
    expect(after.metrics).toEqual(before.metrics);
    expect(after.forecast).not.toEqual(before.forecast);
    // A partition that was fitted alone is forecast by that model too.
    expect((await surprised.predict(surprised.fits[0]!.model)).mean).toEqual(
      (await usual.predict(usual.fits[0]!.model)).mean,
    );
    expect(before.info).toMatchObject({ period: 7, learnt_from: 10, importance: { "lag-mean": expect.any(Number) } });
  });

  it("measures every origin by a model that has not seen its holdout", async () => {
    const rounds = 10;
    const several = await train(shops(), { rounds, origins: 2 });
    const [last, earlier] = [await train(shops(), { rounds }), await train(shops(1, DAYS - HOLDOUT), { rounds })];
    const { metrics = {}, forecast } = await several.complete(3);
    const [atLast, before] = [await last.complete(3), await earlier.complete(3)];
    expect(metrics.holdout_last_mase).toBe(atLast.metrics?.holdout_mase);
    expect(metrics.holdout_earlier_mase).toBe(before.metrics?.holdout_mase);
    expect(forecast).toEqual(atLast.forecast);
  });

  it("measures forecasts of a lag, each by what was known so many days before", async () => {
    const lag = 3;
    const { learnt, complete } = await train(shops(), { lag, rounds: 10 });
    const { metrics = {} } = await complete(2);
    const y = shops()[2]!.numbers("Y");
    // Partitions that end earlier are forecast by the model that has not seen the holdout.
    const forecasts = await Promise.all(
      range(DAYS - HOLDOUT, DAYS - lag + 1).map(async (days) => {
        const data = daily(range(0, days), { Y: (t) => y[t] ?? NaN, KIND: () => 0 });
        const { model } = await global.fit({ data, exports, seed: 1 });
        const { mean } = await global.predict!({ model, horizon: lag, levels: [], data, exports, seed: 1, learnt });
        return Number(mean[lag - 1]);
      }),
    );
    const errors = forecasts.map((value, i) => Math.abs(value - (y[DAYS - HOLDOUT + lag - 1 + i] ?? NaN)));
    expect(metrics.holdout_lag_mae).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 6);
    expect(metrics.holdout_value_added).toBeTypeOf("number");
  });

  it("forecasts after newer rows as if it had known them, and keeps the rows that it needs only", async () => {
    const { complete, predict, learnt } = await train(shops());
    const { model } = await complete(0);
    const longer = shops(1, DAYS + 3)[0]!;
    const newer = daily(range(DAYS, DAYS + 3), {
      Y: (t) => longer.numbers("Y")[t] ?? NaN,
      KIND: () => 0,
    });
    const moved = await global.update!({ model, data: newer, exports, seed: 1, learnt });
    expect(moved.steps).toBe(3);
    const info = plain((await global.fit({ data: longer, exports, seed: 1 })).info);
    const completed = await global.complete!({ data: longer, exports, seed: 1, model, info, learnt });
    expect((await predict(moved.model)).mean).toEqual((await predict(completed.model)).mean);
    expect(moved.model.y.length).toBe(DAYS + 3);
  });

  it("says of each partition why no model could be learnt", async () => {
    const { complete, learnt } = await train(shops(1, 12));
    expect(learnt).toMatchObject({ all: null, heldOut: null });
    expect(() => complete(0)).toThrow("none of 10 series has 2 seasons of 7 values");
  });

  it("is measured where the series are long enough to hold out, and trained where they are not", async () => {
    const { complete } = await train(shops(1, 20), { holdout: 14, horizon: 3 });
    expect(await complete(0)).not.toHaveProperty("metrics");
  });
});
