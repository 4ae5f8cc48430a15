import { describe, expect, it } from "vitest";
import storeSales from "../../../src/model/builtin/store-sales.ts";
import { daily, noise, range } from "./daily.ts";

const promo = (t: number): number => (t % 11 === 3 ? 1 : 0);

describe("store-sales", () => {
  const z = noise(1);
  const errors = range(0, 200).map(() => z());
  const sales = (t: number) => 50 + 0.1 * t + 20 * promo(t) + 5 * Math.sin((2 * Math.PI * t) / 7) + (errors[t] ?? 0);
  const exports = { target: "Y", time: "DAY", period: 7, horizon: 14, holdout: 28, regressors: ["PROMO"] };
  const context = { unit_id: "A", exports, seed: 1 };
  const fit = async (days: number[], y = sales, x = promo) =>
    storeSales.fit({ ...context, data: daily(days, { Y: y, PROMO: x }) });
  it("finds the effect, measures the holdout with the regressors as they were, and forecasts with those to come", async () => {
    const { model, metrics, info } = await fit(range(0, 200));
    const effect = (info as { effects: { PROMO: { effect: number; standardError: number } } }).effects.PROMO;
    expect(Math.abs(effect.effect - 20)).toBeLessThan(3 * effect.standardError);
    expect(effect.standardError).toBeLessThan(0.5);
    expect(metrics!.holdout_mase).toBeLessThan(0.3);
    // Rows of the past, in front, and more of the future than is asked for.
    const data = daily(range(190, 230), { PROMO: promo });
    const got = await storeSales.predict!({ ...context, model, horizon: 14, levels: [95], data });
    const error = Array.from(got.mean, (value, i) => Math.abs(value - sales(200 + i)));
    expect(Math.max(...error)).toBeLessThan(1.5);
    expect(
      JSON.stringify(
        await storeSales.predict!({
          ...context,
          model: JSON.parse(JSON.stringify(model)),
          horizon: 14,
          levels: [95],
          data,
        }),
      ),
    ).toBe(JSON.stringify(got));
  });
  it("leaves out rows without sales or regressors", async () => {
    const holes = await fit(
      range(0, 200).filter((t) => t % 17 !== 5),
      sales,
      (t) => (t === 40 ? NaN : promo(t)),
    );
    expect((holes.model as { linear: { nobs: number } }).linear.nobs).toBe(200 - 12 - 1);
  });
  it("names the date whose regressor is missing", async () => {
    const { model } = await fit(range(0, 200));
    const predict = (data: ReturnType<typeof daily>) => async () =>
      storeSales.predict!({ ...context, model, horizon: 3, levels: [], data });
    await expect(predict(daily([200, 202], { PROMO: promo }))).rejects.toThrow(
      "the input has no PROMO for DAY 2026-07-21, step 2 of 3; add the rows after 2026-07-19",
    );
    await expect(predict(daily([200, 201, 202], { PROMO: (t) => (t === 200 ? NaN : 0) }))).rejects.toThrow(
      "DAY 2026-07-20",
    );
  });
  it("notes a regressor that never varied, and varies in the steps to come", async () => {
    const { model, info } = await fit(range(0, 90), sales, () => 0);
    expect(info).toMatchObject({ dropped: ["PROMO"] });
    const predict = (x: (t: number) => number) =>
      storeSales.predict!({ ...context, model, horizon: 5, levels: [], data: daily(range(90, 95), { PROMO: x }) });
    expect(await predict((t) => (t === 92 ? 1 : 0))).toMatchObject({
      note: {
        type: "unseen-regressor",
        message: "PROMO was always 0 in training, so its effect is not known: its value 1 in step 3 changes nothing",
      },
    });
    expect(await predict(() => 0)).not.toHaveProperty("note");
    expect((await predict((t) => (t === 92 ? 1 : 0))).mean).toEqual((await predict(() => 0)).mean);
  });
  it("leaves out parts of the model where there are fewer rows than coefficients", async () => {
    const left = async (n: number) => ((await fit(range(0, n))).info as { leftOut?: readonly string[] }).leftOut;
    // A constant, a trend, a promotion and three pairs of harmonics are 9 coefficients.
    expect(await left(10)).toBeUndefined();
    expect(await left(6)).toEqual(["calendar", "season"]);
    expect(await left(2)).toEqual(["calendar", "season", "trend"]);
    await expect(left(1)).rejects.toThrow(RangeError);
  });
  it("takes effects of the calendar", async () => {
    const days = range(0, 120);
    const monday = (t: number) => (new Date(Date.UTC(2026, 0, 1 + t)).getUTCDay() === 1 ? 9 : 0);
    const data = daily(days, { Y: (t) => 10 + monday(t) });
    const { model } = await storeSales.fit({
      ...context,
      data,
      exports: { ...exports, period: 1, regressors: [], trend: false, calendar: ["dayOfWeek"] },
    });
    const { mean } = await storeSales.predict!({ ...context, model, horizon: 7, levels: [], data });
    range(0, 7).forEach((i) => expect(mean[i]).toBeCloseTo(10 + monday(120 + i), 8));
  });

  it("has the quantile of the demand over a lead time, of a mean alone by its closed form", async () => {
    const y = [3, 7, 4, 9, 5, 6, 8, 2, 7, 5, 4, 8, 6, 3, 9, 5, 7, 6, 4, 8];
    const data = daily(range(0, y.length), { Y: (t) => y[t] ?? NaN });
    const plain = { ...exports, period: 1, regressors: [], trend: false, holdout: 0 };
    const { model } = await storeSales.fit({ ...context, data, exports: plain });
    const order = async (steps: number) => {
      const leadTime = { steps, serviceLevel: 0.95 };
      return (await storeSales.predict!({ ...context, model, horizon: 14, levels: [], data, exports: plain, leadTime }))
        .orderUpTo;
    };
    // Student's t at 0.95 with 19 degrees of freedom, from tables; the mean's own error counts in each of the k steps.
    const mean = y.reduce((sum, value) => sum + value, 0) / 20;
    const s = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19);
    for (const k of [1, 7])
      expect(await order(k)).toBeCloseTo(k * mean + 1.729132812 * s * Math.sqrt(k + k ** 2 / 20), 6);
    expect(await order(15)).toBeUndefined();
  });

  it("says which steps have effects of the calendar", async () => {
    const halfSeconds = range(0, 120).map((i) => i / 172_800);
    const fitting = async () =>
      storeSales.fit({
        ...context,
        data: daily(halfSeconds, { Y: (t) => t }),
        exports: { ...exports, period: 1, regressors: [], calendar: ["hour"] },
      });
    await expect(fitting).rejects.toThrow("need steps of days, months or whole seconds; the interval is PT0.5S");
  });
});
