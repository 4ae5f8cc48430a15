import { describe, expect, it } from "vitest";
import { normal, random } from "../../../packages/forecast/src/index.ts";
import type { Column } from "../../../src/core/columns/column.ts";
import boostedClassification from "../../../src/model/builtin/boosted-classification.ts";
import boostedRegression from "../../../src/model/builtin/boosted-regression.ts";
import churn from "../../../src/model/builtin/churn.ts";
import { type Frame, frame } from "../../../src/model/frame.ts";
import { range } from "./daily.ts";

const DAY = 86_400_000;
const uniform = random(11);
const rows = range(0, 500).map((t) => {
  const [x, plan] = [normal(uniform), ["basic", "pro", "team"][t % 3] ?? "basic"];
  const since = Date.UTC(2025, 0, 1) + Math.floor(uniform() * 365) * DAY;
  const eta = (plan === "pro" ? 1.5 : plan === "team" ? -1.5 : 0) + 2 * Math.abs(x) - 1.5;
  return {
    id: `c${t}`,
    x: uniform() < 0.1 ? NaN : x,
    plan,
    since,
    region: t % 10,
    left: uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0,
    spend: eta,
  };
});
type Row = (typeof rows)[number];

function table(list: readonly Row[], changed: Readonly<Record<string, Column>> = {}): Frame {
  const numbers = (of: (row: Row) => number): Column => ({ type: "number", values: Float64Array.from(list, of) });
  return frame({
    length: list.length,
    columns: {
      ID: { type: "string", values: list.map(({ id }) => id) },
      X: numbers(({ x }) => x),
      PLAN: { type: "string", values: list.map(({ plan }) => plan) },
      SINCE: { type: "date", values: Float64Array.from(list, ({ since }) => since) },
      REGION: numbers(({ region }) => region),
      LEFT: numbers(({ left }) => left),
      SPEND: numbers(({ spend }) => spend),
      ...changed,
    },
  });
}
const base = { unit_id: "S", seed: 3 };
const exports = { target: "LEFT", features: ["X", "plan", "SINCE"], holdout: 0 };
const context = { ...base, horizon: 3, levels: [], data: table(rows.slice(0, 3)) };
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("models of rows", () => {
  it("learn from categories, dates and missing numbers; trees find patterns that a line cannot", async () => {
    const measured = { ...exports, folds: 4 };
    const line = await churn.fit({ ...base, exports: measured, data: table(rows) });
    const trees = await boostedClassification.fit({
      ...base,
      exports: { ...measured, rounds: 40, leaves: 8 },
      data: table(rows),
    });
    // The outcomes' own probabilities reach an AUC of about 0.85; a line in X cannot tell |X|.
    expect(line.metrics?.cv_auc).toBeGreaterThan(0.65);
    expect(trees.metrics?.cv_auc).toBeGreaterThan(Number(line.metrics?.cv_auc) + 0.03);
    expect(Object.keys(trees.metrics ?? {})).toEqual(
      expect.arrayContaining(["cv_log_loss", "cv_brier", "cv_pr_auc", "cv_calibration_error", "cv_accuracy", "cv_f1"]),
    );
    expect(line.info).toMatchObject({ coefficients: { "plan=pro": {}, "plan=team": {}, "SINCE month=3": {} } });
    expect(Object.keys((trees.info as { importance: object }).importance)[0]).toBe("X");
  });

  it("score columns of another case and type, and categories that are new", async () => {
    const { model } = await boostedClassification.fit({
      ...base,
      exports: { ...exports, rounds: 5 },
      data: table(rows),
    });
    const first = rows.slice(0, 3);
    const predict = (data: Frame) =>
      boostedClassification.predict?.({ ...context, exports, model: stored(model), data });
    const expected = predict(table(first));
    const lower = frame({
      length: 3,
      columns: {
        x: { type: "number", values: Float64Array.from(first, ({ x }) => x) },
        Plan: { type: "string", values: first.map(({ plan }) => plan) },
        since: { type: "timestamp", values: Float64Array.from(first, ({ since }) => since) },
      },
    });
    expect(predict(lower)).toEqual(expected);
    const isNew: Column = { type: "number", values: Float64Array.of(7, 8, NaN) };
    const empty: Column = { type: "string", values: [null, null, null] };
    expect(predict(table(first, { PLAN: isNew, X: empty }))).toMatchObject({ mean: expect.any(Float64Array) });
    expect(() => predict(table(first, { SINCE: isNew }))).toThrow("column SINCE holds numbers");
  });

  it("explain each score by the features' contributions, and give its class and kept columns", async () => {
    const expected = {
      ...exports,
      explain: true,
      keep: ["id"],
      costs: { false_positive: 1, false_negative: 4 },
      holdout: 100,
    };
    const columns = table(rows).columns;
    for (const definition of [churn, boostedClassification]) {
      const { output } = definition;
      expect(typeof output === "function" && output({ exports: expected, columns })).toEqual({
        id: "string",
        CLASS: "number",
        CONTRIBUTIONS: "string",
      });
    }
    const { model, info } = await boostedClassification.fit({ ...base, exports: expected, data: table(rows) });
    const threshold = (info as { threshold: number }).threshold;
    const prediction = await boostedClassification.predict?.({ ...context, exports: expected, model: stored(model) });
    expect(prediction?.columns?.id).toEqual(["c0", "c1", "c2"]);
    for (let t = 0; t < 3; t++) {
      const p = prediction?.mean[t] ?? NaN;
      const contributions: Record<string, number> = JSON.parse(String(prediction?.columns?.CONTRIBUTIONS?.[t]));
      expect(Object.keys(contributions)).toEqual(["start", "X", "plan", "SINCE"]);
      expect(Object.values(contributions).reduce((a, b) => a + b)).toBeCloseTo(Math.log(p / (1 - p)), 9);
      expect(prediction?.columns?.CLASS?.[t]).toBe(p >= threshold ? 1 : 0);
    }
    const line = await churn.fit({ ...base, exports: expected, data: table(rows) });
    const explained = await churn.predict?.({ ...context, exports: expected, model: stored(line.model) });
    const sum = Object.values<number>(JSON.parse(String(explained?.columns?.CONTRIBUTIONS?.[0]))).reduce(
      (a, b) => a + b,
    );
    expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(explained?.mean[0] ?? NaN, 9);
  });

  it("tune by a grid within each fold, the same for the same seed, and weigh classes", async () => {
    const tuned = { ...exports, folds: 3, tune: { ridge: [0.01, 1, 1e6] } };
    const got = await churn.fit({ ...base, exports: tuned, data: table(rows) });
    expect(await churn.fit({ ...base, exports: tuned, data: table(rows) })).toEqual(got);
    const { best, trials } = (got.info as { tuned: { best: { ridge: number }; trials: { loss: number }[] } }).tuned;
    expect(trials).toHaveLength(3);
    // A penalty of a million leaves the base rate.
    expect(best.ridge).toBeLessThan(1e6);
    expect(got.metrics?.cv_log_loss).toBeLessThan(trials[2]?.loss ?? NaN);
    const sampled = await churn.fit({ ...base, exports: { ...tuned, tries: 2 }, data: table(rows) });
    expect((sampled.info as { tuned: { trials: unknown[] } }).tuned.trials).toHaveLength(2);
    const rare = table(rows.map((row, t) => ({ ...row, left: t % 20 === 0 ? 1 : 0 })));
    const meanOf = async (weight: number | "balanced") => {
      const { model } = await churn.fit({ ...base, exports: { ...exports, class_weight: weight }, data: rare });
      const prediction = await churn.predict?.({ ...context, exports, model, data: rare });
      return Array.from(prediction?.mean ?? []).reduce((a, b) => a + b, 0) / rows.length;
    };
    // The first derivative of the likelihood by the intercept is 0: weighted probabilities average to the weighted share.
    expect(await meanOf(1)).toBeCloseTo(0.05, 6);
    expect(await meanOf("balanced")).toBeGreaterThan(0.4);
    expect(await meanOf(5)).toBeGreaterThan(0.15);
  });

  it("hold groups out as a whole", async () => {
    // The outcome is the group's: known groups tell, others do not.
    const grouped = table(rows.map((row) => ({ ...row, left: row.region % 2 })));
    const of = async (group: object) =>
      (
        await boostedClassification.fit({
          ...base,
          exports: { target: "LEFT", features: ["REGION"], holdout: 0, folds: 5, min_rows: 5, ...group },
          data: grouped,
        })
      ).metrics?.cv_auc;
    expect(await of({})).toBe(1);
    expect(await of({ group: "REGION" })).toBeLessThan(0.9);
  });

  it("predict numbers", async () => {
    const numbers = { target: "SPEND", features: ["X", "PLAN"], holdout: 100, explain: true };
    const { model, metrics } = await boostedRegression.fit({ ...base, exports: numbers, data: table(rows) });
    expect(metrics?.holdout_r2).toBeGreaterThan(0.6);
    expect(metrics).toMatchObject({ rows: 500, holdout_mae: expect.any(Number), holdout_rmse: expect.any(Number) });
    const prediction = await boostedRegression.predict?.({ ...context, exports: numbers, model: stored(model) });
    const parts = Object.values<number>(JSON.parse(String(prediction?.columns?.CONTRIBUTIONS?.[1])));
    expect(parts.reduce((a, b) => a + b)).toBeCloseTo(prediction?.mean[1] ?? NaN, 9);
  });

  describe("of several classes", () => {
    // Plans by two waves: 22 basic, 21 pro, 17 team.
    const plans = ["basic", "pro", "team"];
    const waves = range(0, 60).map((t) => {
      const [a, b] = [Math.sin(t), Math.cos(1.7 * t)];
      return { a, b, plan: a + Math.sin(5 * t) > 0.3 ? "pro" : b + Math.sin(7 * t) > 0.5 ? "team" : "basic" };
    });
    const data = (list = waves): Frame =>
      frame({
        length: list.length,
        columns: {
          A: { type: "number", values: Float64Array.from(list, ({ a }) => a) },
          B: { type: "number", values: Float64Array.from(list, ({ b }) => b) },
          PLAN: { type: "string", values: list.map(({ plan }) => plan) },
        },
      });
    const options = { target: "PLAN", classes: plans, features: ["A", "B"], holdout: 0 };

    it("gives the probabilities of scikit-learn's OneVsRestClassifier", async () => {
      const { model } = await churn.fit({ ...base, exports: options, data: data() });
      const prediction = await churn.predict?.({ ...context, exports: options, model: stored(model), data: data() });
      // scikit-learn 1.9.1: OneVsRestClassifier(LogisticRegression(C=1)) on standardised columns, 3 rows.
      const expected = [
        [0.16166397, 0.13960323, 0.6987328],
        [0.22617825, 0.72899066, 0.04483109],
        [0.31615107, 0.6791348, 0.00471413],
      ];
      for (const [t, row] of expected.entries())
        for (const [k, p] of row.entries()) expect(prediction?.columns?.[`P_${plans[k]}`]?.[t]).toBeCloseTo(p, 6);
      expect(Array.from(prediction?.columns?.CLASS ?? []).slice(0, 3)).toEqual(["team", "pro", "pro"]);
      expect(prediction?.mean[0]).toBe(prediction?.columns?.P_team?.[0]);
    });

    it("measures, tunes and explains; a rare class has its base rate", async () => {
      const more = { ...options, folds: 3, explain: true, class_weight: "balanced" as const, tune: { leaves: [2, 3] } };
      const rare = [...waves, { a: 0, b: 0, plan: "gold" }];
      const exports = { ...more, classes: [...plans, "gold"], min_rows: 5, min_class_rows: 2, rounds: 10 };
      const fitted = await boostedClassification.fit({ ...base, exports, data: data(rare) });
      expect(fitted.metrics?.cv_accuracy).toBeGreaterThan(0.5);
      expect(Object.keys(fitted.metrics ?? {})).toEqual(
        expect.arrayContaining(["cv_log_loss", "cv_auc", "cv_f1", "cv_brier", "cv_calibration_error"]),
      );
      expect(fitted.info).toMatchObject({ classes: { gold: { rows: 1 }, pro: { rows: 21, importance: {} } } });
      const model = stored(fitted.model);
      const prediction = await boostedClassification.predict?.({ ...context, exports, model, data: data(rare) });
      const chances = exports.classes.map((name) => prediction?.columns?.[`P_${name}`]?.[0]);
      expect(chances.reduce((sum: number, p) => sum + Number(p), 0)).toBeCloseTo(1, 12);
      // Dirichlet after Jeffreys: (1 + ½) / (61 + 4 / 2), before the probabilities are brought to a sum of 1.
      expect(chances[3]).toBeGreaterThan(0.01);
      expect(chances[3]).toBeLessThan(0.05);
      expect(JSON.parse(String(prediction?.columns?.CONTRIBUTIONS?.[0]))).toMatchObject({ A: expect.any(Number) });
    });

    it("falls back to base rates where one class is there, and names a value that is no class", async () => {
      const one = data(waves.map((row) => ({ ...row, plan: "pro" })));
      const { model, info } = await churn.fit({ ...base, exports: options, data: one });
      expect(info).toMatchObject({ fallback: "base-rate" });
      const prediction = await churn.predict?.({ ...context, levels: [90], exports: options, model, data: one });
      expect(prediction?.note).toMatchObject({ type: "base-rate", isFallback: true });
      expect(prediction?.mean[0]).toBe(60.5 / 61.5);
      expect(prediction?.columns?.P_team?.[0]).toBe(0.5 / 61.5);
      const wrong = { ...options, classes: ["basic", "pro"] };
      expect(() => churn.fit({ ...base, exports: wrong, data: data() })).toThrow(
        /PLAN is "team" in row \d+, which classes/,
      );
      expect(() =>
        typeof churn.output === "function"
          ? churn.output({ exports: { ...options, threshold: 0.5 }, columns: [] })
          : undefined,
      ).toThrow("leave them out if you set classes");
    });
  });

  it("a segment too small for trees has its base rate, and says so", async () => {
    const few = table(rows.slice(0, 12));
    const { model, info } = await boostedClassification.fit({ ...base, exports, data: few });
    expect(info).toMatchObject({ fallback: "base-rate" });
    const prediction = await boostedClassification.predict?.({
      ...context,
      levels: [90],
      exports,
      model: stored(model),
    });
    expect(prediction?.note).toMatchObject({ type: "base-rate", isFallback: true });
    expect(prediction?.lower?.[0]?.[0]).toBeGreaterThan(0);
  });
});
