import { accuracy, ets, forecast, normal, random, regression, update } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import type { Drivers } from "../../../src/core/drivers.ts";
import definition from "../../../src/model/builtin/driven-smoothing.ts";
import type { Prediction } from "../../../src/model/define-model.ts";
import { frame } from "../../../src/model/frame.ts";
import { nextTimes } from "../../../src/model/interval.ts";

const START = Date.UTC(2026, 0, 5);
const dates = (n: number) => Float64Array.of(START, ...nextTimes(START, "P1D", n - 1));
const uniform = random(4);
const promo = Array.from({ length: 60 }, () => Number(uniform() < 0.3));
const qty = promo.map((value) => 50 + 20 * value + normal(uniform));

interface Rows {
  readonly promo?: number[];
  readonly open?: number[];
  readonly event?: (string | null)[];
}

/** Returns rows of a number of days, the first of which are observed. */
function rowsOf(
  n: number,
  observed: number,
  { promo: columns = promo, open = columns.map(() => 1), event = columns.map(() => null) }: Rows = {},
) {
  const batch = (length: number) =>
    frame({
      length,
      columns: {
        DAY: { type: "date", values: dates(length) },
        QTY: {
          type: "number",
          values: Float64Array.from({ length }, (_, t) => (t < observed ? (qty[t] ?? NaN) : NaN)),
        },
        PROMO: { type: "number", values: Float64Array.from({ length }, (_, t) => columns[t] ?? NaN) },
        OPEN: { type: "number", values: Float64Array.from({ length }, (_, t) => open[t] ?? NaN) },
        EVENT: { type: "string", values: Array.from({ length }, (_, t) => event[t] ?? null) },
      },
    });
  const axis = (from: number, to: number) => ({
    times: dates(n).slice(from, to),
    interval: "P1D",
    time: "DAY",
    rows: [batch(n)],
  });
  return { data: batch(observed), axis };
}

const exportsOf = (drivers: Drivers, holdout = 0) =>
  ({ method: "ets", target: "QTY", period: 1, horizon: 5, holdout, drivers }) as const;
const column = (name: string, more: object = {}) => ({ column: name, lags: [0], isText: false, ...more });
const common = { unit_id: "A", seed: 1 };

async function predict(context: Parameters<NonNullable<typeof definition.predict>>[0]): Promise<Prediction> {
  const predicted = await definition.predict?.(context);
  if (predicted === undefined) throw new Error("the definition has no predict");
  return predicted;
}

describe("a forecaster with drivers", () => {
  it("measures the holdout with its drivers", async () => {
    const { data, axis } = rowsOf(50, 50);
    const exports = exportsOf({ regressors: [column("PROMO")] }, 10);
    const { metrics } = await definition.fit({ ...common, data, axis: axis(0, 50), exports });
    // Errors of the series are standard normal: their mean absolute value is 0.8.
    expect(metrics?.holdout_mae).toBeLessThan(1.6);
  });
  it("measures the holdout by forecasts of a lag, each with the drivers of its step", async () => {
    const [origin, length, lag] = [40, 60, 5];
    const plan = promo.map((value, t) => (t === 52 ? Number.NaN : value));
    const { data, axis } = rowsOf(length, length, { promo: plan });
    const exports = { ...exportsOf({ regressors: [column("PROMO")] }, length - origin), lag };
    const { metrics } = await definition.fit({ ...common, data, axis: axis(0, length), exports });
    // The same by moving the model over all observations before each forecast at once.
    const model = regression(qty.slice(0, origin), {
      xreg: { PROMO: promo.slice(0, origin) },
      errors: (remainder) => ets(remainder),
    });
    const zero = plan.map((value) => (Number.isNaN(value) ? 0 : value));
    const expected = Array.from({ length: length - origin - lag + 1 }, (_, i) => {
      const y = qty.slice(origin, origin + i).map((value, t) => (origin + t === 52 ? Number.NaN : value));
      const moved = update(model, y, { xreg: { PROMO: zero.slice(origin, origin + i) } });
      const ahead = zero.slice(origin + i, origin + i + lag);
      return forecast(moved, { h: lag, xreg: { PROMO: ahead } }).mean[lag - 1] ?? Number.NaN;
    });
    // What is not known to drive a day is not held against its forecast.
    const actual = qty
      .slice(origin + lag - 1, length)
      .map((value, i) => (origin + lag - 1 + i === 52 ? Number.NaN : value));
    expect(metrics?.holdout_lag_mae).toBeCloseTo(accuracy(actual, expected).mae, 10);
    expect(metrics?.holdout_lag_mae).toBeLessThan(1.6);
    // Seasonal naive knows of no promotion.
    expect(metrics?.holdout_lag_value_added).toBeGreaterThan(5);
    expect(metrics?.holdout_value_added).toBeGreaterThan(5);
  });
  it("stops before the first step without a value, unless the model does not use it", async () => {
    const plan = promo.map((value, t) => (t === 42 ? Number.NaN : value));
    const { data, axis } = rowsOf(45, 40, { promo: plan });
    const exports = exportsOf({ regressors: [column("PROMO"), column("OPEN")] });
    const { model, info } = await definition.fit({ ...common, data, axis: axis(0, 40), exports });
    const context = { ...common, model, horizon: 5, levels: [80], data, exports };
    const predicted = await predict({ ...context, axis: axis(40, 45) });
    expect([predicted.mean, predicted.lower?.[0]].map((values) => values?.length)).toEqual([2, 2]);
    expect(predicted.stopped).toMatchObject({
      type: "missing-future",
      message: expect.stringContaining("no PROMO at DAY 2026-02-16"),
    });
    expect(info).toMatchObject({ notes: [{ type: "constant-regressor", regressor: "OPEN" }] });
    const filled = exportsOf({ regressors: [column("PROMO", { missing: 0 })] });
    expect((await predict({ ...context, exports: filled, axis: axis(40, 45) })).mean).toHaveLength(5);
  });
  it("notes values that training has never seen", async () => {
    const event = promo.map((value, t) => (t === 41 ? "fair" : t < 40 && value === 1 ? "sale" : null));
    const { data, axis } = rowsOf(45, 40, { open: promo.map((_, t) => Number(t !== 43)), event });
    const exports = exportsOf({ regressors: [column("OPEN"), column("EVENT", { isText: true })] });
    const { model } = await definition.fit({ ...common, data, axis: axis(0, 40), exports });
    const { note } = await predict({
      ...common,
      model,
      horizon: 5,
      levels: [],
      data,
      exports,
      axis: axis(40, 45),
    });
    expect(note?.type).toBe("unseen-regressor");
    expect(note?.message).toBe(
      "OPEN was always 1 in training, so its effect is not known: its value 0 in step 4 changes nothing; training has never had EVENT=fair, so its effect is not known: in step 2 it changes nothing",
    );
  });
  it("fits the shortest series, without drivers where these leave too little", async () => {
    for (const observed of [1, 2, 3, 4, 6]) {
      const { data, axis } = rowsOf(observed, observed);
      const exports = exportsOf({ regressors: [column("PROMO", { lags: [1] })] });
      const { info } = await definition.fit({ ...common, data, axis: axis(0, observed), exports });
      expect(info, `${observed}`).toMatchObject({ effects: {}, notes: [{ regressor: "PROMO_LAG1" }] });
    }
  });
  it("is updated with newer observations and their drivers", async () => {
    const exports = exportsOf({ regressors: [column("PROMO")] });
    const before = rowsOf(40, 40);
    const { model } = await definition.fit({ ...common, data: before.data, axis: before.axis(0, 40), exports });
    const { data, axis } = rowsOf(45, 43);
    const newer = {
      ...data,
      series: (name: string) => data.series(name).slice(40),
      numbers: (name: string) => data.numbers(name).slice(40),
    };
    const moved = await definition.update?.({ ...common, model, data: newer, exports, axis: axis(40, 43) });
    expect(moved?.steps).toBe(3);
    if (moved === undefined) return;
    const { mean } = await predict({
      ...common,
      model: moved.model,
      horizon: 2,
      levels: [],
      data,
      exports,
      axis: axis(43, 45),
    });
    const expected = [43, 44].map((t) => 50 + 20 * (promo[t] ?? 0));
    for (const [i, value] of expected.entries()) expect(Math.abs((mean[i] ?? NaN) - value)).toBeLessThan(2);
  });
});
