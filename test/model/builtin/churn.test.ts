import { describe, expect, it } from "vitest";
import { normal, random } from "../../../packages/forecast/src/index.ts";
import churn, { type ChurnModel } from "../../../src/model/builtin/churn.ts";
import { frame } from "../../../src/model/frame.ts";
import { range } from "./daily.ts";

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
  it("is measured on every row by stratified cross-validation", async () => {
    const exports = { ...context.exports, holdout: 0, folds: 5 };
    const { metrics } = await churn.fit({ ...context, exports, data: table(rows) });
    const { cv_auc, cv_brier, churn_rate, cv_calibration_error } = metrics as Record<string, number>;
    // The outcomes' own probabilities reach an AUC of about 0.86.
    expect(cv_auc).toBeGreaterThan(0.82);
    expect(cv_brier).toBeLessThan(churn_rate! * (1 - churn_rate!));
    expect(cv_calibration_error).toBeLessThan(0.1);
    const rare = table(rows.map((row, t) => ({ ...row, left: t < 3 ? 1 : 0 })));
    expect((await churn.fit({ ...context, exports, data: rare })).metrics?.cv_auc).toBeTypeOf("number");
  });
  it("gives a segment of one class its base rate, with the interval and a note", async () => {
    const got = await churn.fit({ ...context, data: table(rows.map((row) => ({ ...row, left: 0 }))) });
    expect(got.info).toMatchObject({ fallback: "base-rate" });
    const prediction = await churn.predict!({
      ...context,
      model: JSON.parse(JSON.stringify(got.model)),
      horizon: 2,
      levels: [95],
      data: table([
        { a: 0, b: 1 },
        { a: 1, b: 1 },
      ]),
    });
    // R: prop.test(0, 600, correct = FALSE)$conf.int is 0 and 0.006361701.
    expect(prediction.mean).toEqual(new Float64Array(2).fill(0.5 / 601));
    expect(prediction.lower?.[0]?.[0]).toBe(0);
    expect(prediction.upper?.[0]?.[1]).toBeCloseTo(0.006361701, 8);
    expect(prediction.note).toMatchObject({ type: "base-rate", isFallback: true });
    const few = table(rows.map((row, t) => ({ ...row, left: t < 3 ? 1 : 0 })));
    const exports = { ...context.exports, min_class_rows: 5 };
    expect((await churn.fit({ ...context, exports, data: few })).info).toMatchObject({ fallback: "base-rate" });
  });
  it("forecasts by models that were stored with the means of their features", async () => {
    const { model, info } = await churn.fit({ ...context, data: table(rows) });
    if (!("fitted" in model) || "classes" in model) throw new Error("the model has no fit");
    const { logistic, centre } = model.fitted;
    const earlier: ChurnModel = { kind: "churn", formatVersion: 1, logistic, means: centre };
    const prediction = {
      ...context,
      horizon: 2,
      levels: [],
      data: table([rows[0] ?? { a: 0, b: 0 }, { a: NaN, b: 1 }]),
    };
    expect(churn.predict!({ ...prediction, model: earlier })).toEqual(churn.predict!({ ...prediction, model }));
    expect(info).toMatchObject({ coefficients: { A: { coefficient: logistic.coef[1] } }, dropped: [] });
  });
  it("finds a column of booleans in another case", async () => {
    const lower = { ...context, exports: { ...context.exports, features: ["a", "b"] } };
    const [got, exact] = [
      await churn.fit({ ...lower, data: table(rows) }),
      await churn.fit({ ...context, data: table(rows) }),
    ];
    expect(got.metrics).toEqual(exact.metrics);
  });
  it("needs outcomes and a feature with values; without enough rows there is no holdout", async () => {
    const fit = async (data: ReturnType<typeof table>) => churn.fit({ ...context, data });
    await expect(fit(table(rows.map(({ a, b }) => ({ a, b }))))).rejects.toThrow("no outcome is known");
    const none = { ...context.exports, features: [] };
    expect(() => churn.fit({ ...context, exports: none, data: table(rows) })).toThrow("features is empty");
    await expect(fit(table(rows.map((row) => ({ ...row, a: NaN }))))).rejects.toThrow("feature A has no values");
    expect((await fit(table(rows.slice(0, 200)))).metrics).not.toHaveProperty("holdout_auc");
  });
});
