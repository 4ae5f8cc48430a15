import { describe, expect, it } from "vitest";
import { normal, random } from "../../../packages/forecast/src/index.ts";
import type { ColumnBatch } from "../../../src/core/column.ts";
import churn, { type ChurnModel } from "../../../src/model/builtin/churn.ts";
import sensorAnomalies from "../../../src/model/builtin/sensor-anomalies.ts";
import storeSales from "../../../src/model/builtin/store-sales.ts";
import { frame } from "../../../src/model/frame.ts";

const DAY = 86_400_000;
const noise = (seed: number) => {
  const uniform = random(seed);
  return () => normal(uniform);
};
/** Daily rows from 2026-01-01, of the columns given by day number. */
function daily(days: readonly number[], columns: Record<string, (t: number) => number>) {
  const number = (value: (t: number) => number) => ({
    type: "number" as const,
    values: Float64Array.from(days, value),
  });
  const batch: ColumnBatch = {
    length: days.length,
    columns: {
      DAY: { type: "date", values: Float64Array.from(days, (t) => Date.UTC(2026, 0, 1) + t * DAY) },
      ...Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, number(value)])),
    },
  };
  return frame(batch, 0, days.length);
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
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
  it("names the date whose regressor is missing, and refuses training data that end in the future", async () => {
    const { model } = await fit(range(0, 200));
    const predict = (data: ReturnType<typeof daily>) => async () =>
      storeSales.predict!({ ...context, model, horizon: 3, levels: [], data });
    await expect(predict(daily([200, 202], { PROMO: promo }))).rejects.toThrow(
      "the input has no PROMO for DAY 2026-07-21, step 2 of 3; add the rows after 2026-07-19",
    );
    await expect(predict(daily([200, 201, 202], { PROMO: (t) => (t === 200 ? NaN : 0) }))).rejects.toThrow(
      "DAY 2026-07-20",
    );
    await expect(fit(range(0, 200), (t) => (t < 190 ? sales(t) : NaN))).rejects.toThrow(
      "the last row (2026-07-19) has no Y",
    );
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

describe("churn", () => {
  const uniform = random(5);
  const rows = range(0, 600).map(() => {
    const [a, b] = [normal(uniform), normal(uniform)];
    return { a, b, left: uniform() < 1 / (1 + Math.exp(-(2 * a - 1))) ? 1 : 0 };
  });
  const table = (list: readonly { a: number; b: number; left?: number }[]) =>
    frame({
      length: list.length,
      columns: {
        A: { type: "number", values: Float64Array.from(list, (row) => row.a) },
        B: { type: "boolean", values: Uint8Array.from(list, (row) => (row.b > 0 ? 1 : 0)) },
        LEFT: { type: "number", values: Float64Array.from(list, (row) => row.left ?? NaN) },
      },
    });
  const context = { unit_id: "S", exports: { target: "LEFT", features: ["A", "B"], holdout: 150 }, seed: 7 };
  it("gives one probability per row, and measures them on rows drawn by the seed", async () => {
    const got = await churn.fit({ ...context, data: table(rows) });
    const again = await churn.fit({ ...context, data: table(rows) });
    expect(JSON.stringify(again)).toBe(JSON.stringify(got));
    const { holdout_auc, holdout_brier, holdout_log_loss, churn_rate } = got.metrics as Record<string, number>;
    // The outcomes' own probabilities reach an AUC of about 0.86.
    expect(holdout_auc).toBeGreaterThan(0.8);
    expect(holdout_brier).toBeLessThan(churn_rate! * (1 - churn_rate!));
    expect(holdout_log_loss).toBeLessThan(0.6);
    const data = table([
      { a: -2, b: 1 },
      { a: NaN, b: 1 },
      { a: 2, b: 1 },
    ]);
    const { mean } = await churn.predict!({
      ...context,
      model: got.model as ChurnModel,
      horizon: 3,
      levels: [80],
      data,
    });
    expect(mean).toHaveLength(3);
    expect(mean[0]).toBeLessThan(0.05);
    expect(mean[1]).toBeGreaterThan(mean[0]!);
    expect(mean[2]).toBeGreaterThan(0.85);
  });
  it("needs both outcomes and a feature with values; without enough rows there is no holdout", async () => {
    const fit = async (data: ReturnType<typeof table>) => churn.fit({ ...context, data });
    await expect(fit(table(rows.map((row) => ({ ...row, left: 0 }))))).rejects.toThrow("both classes are needed");
    await expect(fit(table(rows.map((row) => ({ ...row, a: NaN }))))).rejects.toThrow("feature A has no values");
    expect((await fit(table(rows.slice(0, 200)))).metrics).not.toHaveProperty("holdout_auc");
  });
});

describe("sensor-anomalies", () => {
  const z = noise(9);
  const values = range(0, 300).map(
    (t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 7) + z() + (t === 100 || t === 180 ? 15 : 0),
  );
  const exports = { target: "Y", time: "DAY", period: 7, horizon: 7, holdout: 60, method: "holt-winters" as const };
  const context = { unit_id: "T", exports, seed: 1 };
  it("says when, and how seldom among new readings; the band is as wide as ordinary errors", async () => {
    const days = range(0, 300).filter((t) => t !== 50);
    const data = daily(days, { Y: (t) => values[t]! });
    const { model, metrics, info } = await sensorAnomalies.fit({ ...context, data });
    const { anomalies } = info as { anomalies: { time: string; score: number }[] };
    const furthest = [...anomalies].sort((a, b) => b.score - a.score).map(({ time }) => time);
    expect(furthest.slice(0, 2).sort()).toEqual(["2026-04-11", "2026-06-30"]);
    expect(metrics).toMatchObject({ anomalies: anomalies.length, anomaly_share: anomalies.length / 299 });
    expect(metrics!.holdout_anomaly_share).toBeLessThan(0.05);
    const { mean, lower, upper } = await sensorAnomalies.predict!({
      ...context,
      model,
      horizon: 7,
      levels: [95],
      data,
    });
    const scale = metrics!.scale as number;
    expect(upper![0]![0]! - mean[0]!).toBeCloseTo(1.959964 * scale, 5);
    expect(mean[0]! - lower![0]![0]!).toBeCloseTo(1.959964 * scale, 5);
    range(0, 7).forEach((i) =>
      expect(Math.abs(mean[i]! - 20 - 5 * Math.sin((2 * Math.PI * (300 + i)) / 7))).toBeLessThan(2),
    );
  });
});
