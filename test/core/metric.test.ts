import { describe, expect, it } from "vitest";
import { badness, checkMetricDeclarations, findMetric, improvement, metricOf } from "../../src/core/metric.ts";

describe("a metric", () => {
  it("is known with its direction, kind and scale, measured on a holdout or not", () => {
    expect(metricOf("holdout_auc")).toMatchObject({ name: "holdout_auc", better: "higher", best: 1, kinds: ["class"] });
    expect(metricOf("cv_log_loss")).toMatchObject({ better: "lower", kinds: ["class"], scale: "log" });
    expect(metricOf("mase")).toMatchObject({ better: "lower", best: 0, scale: "naive" });
    expect(metricOf("holdout_me")).toMatchObject({ better: "zero" });
    expect(metricOf("holdout_r2")).toMatchObject({ better: "higher", kinds: ["number"] });
    expect(metricOf("holdout_earlier_lag_wape")).toMatchObject({ better: "lower", scale: "percent" });
    expect(metricOf("holdout_pinball")).toMatchObject({ better: "lower", best: 0, scale: "naive" });
    expect(metricOf("constructor")).toEqual({ name: "constructor", better: "lower", best: 0, kinds: [] });
  });

  it("follows the definition's declaration before the known direction", () => {
    const declared = { lift: { better: "higher" }, auc: { better: "lower", best: -1 } } as const;
    expect(metricOf("holdout_lift", declared)).toEqual({ name: "holdout_lift", better: "higher", kinds: [] });
    expect(metricOf("auc", declared)).toMatchObject({ better: "lower", best: -1 });
  });

  it("is found by a word: holdout values of series always, of classes where there are some", () => {
    const name = (word: string | undefined, names: string[], declared = {}) =>
      findMetric(word, new Set(names), declared).name;
    expect(name("MASE", [])).toBe("holdout_mase");
    expect(name("last_wape", [])).toBe("holdout_last_wape");
    expect(name("earlier_lag_mase", [])).toBe("holdout_earlier_lag_mase");
    expect(name("auc", ["holdout_auc", "auc"])).toBe("holdout_auc");
    expect(name("auc", ["auc"])).toBe("auc");
    expect(name("cv_auc", ["cv_auc"])).toBe("cv_auc");
    expect(name(undefined, ["holdout_auc", "holdout_log_loss"])).toBe("holdout_log_loss");
    expect(name(undefined, ["holdout_mase", "holdout_rmse"])).toBe("holdout_mase");
    expect(name(undefined, ["holdout_rmse", "r2"])).toBe("holdout_rmse");
    expect(name(undefined, ["lift", "holdout_mase"], { lift: { better: "higher" } })).toBe("lift");
    expect(name("mae", ["mae"], { mae: { better: "lower" } })).toBe("mae");
  });

  it("is compared by its direction", () => {
    expect(improvement({ better: "lower" }, 2, 1)).toBe(1);
    expect(improvement({ better: "higher" }, 2, 1)).toBe(-1);
    expect(improvement({ better: "zero" }, -2, 1)).toBe(1);
    expect(Object.is(improvement({ better: "lower" }, 1, 1), 0)).toBe(true);
    const order = (better: "lower" | "higher" | "zero") =>
      [-3, 1, 2].sort((a, b) => badness({ better }, b) - badness({ better }, a));
    expect([order("lower"), order("higher"), order("zero")]).toEqual([
      [2, 1, -3],
      [-3, 1, 2],
      [-3, 2, 1],
    ]);
  });

  it("is refused where its declaration is wrong", () => {
    const check = (declared: unknown) => () => checkMetricDeclarations(declared, "mine");
    expect(check({ lift: { better: "more" } })).toThrow(/metrics.lift is .*it must state better: "lower", "higher" or/);
    expect(check({ lift: "higher" })).toThrow("metrics.lift is");
    expect(check({ lift: { better: "higher", best: NaN } })).toThrow("metrics.lift.best is");
    expect(check({ lift: { better: "higher", bets: 1 } })).toThrow("unknown field bets");
    expect(check([])).toThrow("metrics of mine is");
    expect(check({ lift: { better: "higher", best: 5 } })()).toEqual({ lift: { better: "higher", best: 5 } });
  });
});
