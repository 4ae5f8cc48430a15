import { describe, expect, it } from "vitest";
import { auc, boostedTrees, predictBoosted } from "../../src/index.ts";
import { rowsOf, tableOf } from "./tables.ts";

/** Returns a model of a table's training rows, its predictions for the others, and what happened there. */
function fitTable(seed: number) {
  const table = tableOf(seed);
  const training = rowsOf(table, 0, table.training);
  const holdout = rowsOf(table, table.training, table.y.length);
  const model = boostedTrees(training.x, training.y, { loss: table.loss });
  return { model, predicted: predictBoosted(JSON.parse(JSON.stringify(model)), holdout.x), actual: holdout.y };
}

describe("boosted trees", () => {
  // LightGBM 4.7.0 with its defaults and 100 rounds, by `npm run boosted-study -- --rows 2000`.
  for (const [seed, theirs] of [
    [0, 0.8464],
    [2, 0.8646],
    [4, 0.8539],
  ] as const)
    it(`has an AUC within 0.01 of LightGBM's on table ${seed}`, () => {
      const { predicted, actual } = fitTable(seed);
      expect(Math.abs(auc(actual, predicted) - theirs)).toBeLessThan(0.01);
    });
  for (const [seed, theirs] of [
    [1, 0.7577],
    [3, 0.7673],
  ] as const)
    it(`has an RMSE within 3 % of LightGBM's on table ${seed}`, () => {
      const { predicted, actual } = fitTable(seed);
      const squares = actual.reduce((sum, value, t) => sum + (value - (predicted[t] ?? NaN)) ** 2, 0);
      expect(Math.abs(Math.sqrt(squares / actual.length) / theirs - 1)).toBeLessThan(0.03);
    });

  it("is the same for the same data, and says which features tell", () => {
    const { model } = fitTable(0);
    expect(fitTable(0).model).toEqual(model);
    expect(model.importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const [product = 0, , step = 0, , unrelated = 1] = model.importance;
    expect(product).toBeGreaterThan(unrelated);
    expect(step).toBeGreaterThan(unrelated);
  });

  it("finds a step exactly, on either side of a missing value", () => {
    const x = { a: Float64Array.from({ length: 90 }, (_, t) => (t % 3 === 2 ? NaN : t)) };
    const y = Float64Array.from({ length: 90 }, (_, t) => (t % 3 === 2 ? 7 : t < 40 ? 1 : 3));
    const model = boostedTrees(x, y, { rate: 1, rounds: 10, minRows: 5 });
    for (const [t, value] of predictBoosted(model, x).entries()) expect(value).toBeCloseTo(y[t] ?? NaN, 12);
    expect(predictBoosted(model, { a: [-1e9, 1e9, NaN] }).map((value) => Math.round(value))).toEqual(
      Float64Array.of(1, 3, 7),
    );
  });

  it("is the mean where nothing can be split, and leaves rows without an outcome out", () => {
    const constant = boostedTrees(
      { a: new Array(50).fill(1) },
      Array.from({ length: 50 }, (_, t) => t % 2),
    );
    expect([constant.trees, constant.importance]).toEqual([[], [0]]);
    expect(predictBoosted(constant, { a: [5] })).toEqual(Float64Array.of(0.5));
    const few = boostedTrees({ a: [1, 2, 3] }, [2, NaN, 4]);
    expect([few.nobs, few.start]).toEqual([2, 3]);
  });

  it("takes columns of many values, huge, tiny and equal", () => {
    const n = 3000;
    const x = {
      many: Float64Array.from({ length: n }, (_, t) => (t * 7919) % n),
      huge: Float64Array.from({ length: n }, (_, t) => (t % 2 === 0 ? 1e308 : -1e308)),
      tiny: Float64Array.from({ length: n }, (_, t) => t * 5e-324),
      heavy: Float64Array.from({ length: n }, (_, t) => (t < n - 400 ? 0 : t)),
    };
    const y = x.many.map((value) => (value >= 1500 ? 1 : 0));
    const p = predictBoosted(boostedTrees(x, y, { loss: "logistic" }), x);
    expect(auc(y, p)).toBeGreaterThan(0.999);
  });

  it("names the error", () => {
    expect(() => boostedTrees({}, [1])).toThrow("no features");
    expect(() => boostedTrees({ a: [1] }, [1, 2])).toThrow('"a" has 1 values; there must be 2');
    expect(() => boostedTrees({ a: [1, Infinity] }, [1, 2])).toThrow('"a" is Infinity at position 1');
    expect(() => boostedTrees({ a: [1, 2] }, [1, 2], { loss: "logistic" })).toThrow(
      "position 1 is 2; it must be 0 or 1",
    );
    expect(() => boostedTrees({ a: [1, 2] }, [1, 1], { loss: "logistic" })).toThrow("both classes");
    expect(() => boostedTrees({ a: [1, 2] }, [NaN, NaN])).toThrow("no outcome is known");
    expect(() => boostedTrees({ a: [1, 2] }, [1, 2], { rate: 0 })).toThrow("rate is 0");
    expect(() => predictBoosted(boostedTrees({ a: [1, 2] }, [1, 2]), { b: [1] })).toThrow('feature "a"');
  });
});
