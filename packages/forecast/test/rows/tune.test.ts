import { describe, expect, it } from "vitest";
import { folds, grid, outOfFold, sampleGrid, tune } from "../../src/index.ts";

const VALUES = { ridge: [0.1, 1, 10], kind: ["a", "b"] } as const;

describe("tuning", () => {
  it("a grid has every combination once", () => {
    const all = grid(VALUES);
    expect(all).toHaveLength(6);
    expect(all.slice(0, 3)).toEqual([
      { ridge: 0.1, kind: "a" },
      { ridge: 0.1, kind: "b" },
      { ridge: 1, kind: "a" },
    ]);
    expect(grid({})).toEqual([{}]);
    expect(() => grid({ ridge: [] })).toThrow("ridge has no values to try");
  });

  it("a sample has different combinations, the same for the same seed, and any of them", () => {
    const large = { a: [...Array(30).keys()], b: [...Array(40).keys()] };
    const sample = sampleGrid(large, 25, 3);
    expect(new Set(sample.map(({ a, b }) => `${a},${b}`)).size).toBe(25);
    expect(sampleGrid(large, 25, 3)).toEqual(sample);
    expect(sampleGrid(large, 25, 4)).not.toEqual(sample);
    expect(sampleGrid(VALUES, 6, 1)).toEqual(grid(VALUES));
    const distinct = new Set(
      [...Array(200).keys()].flatMap((seed) => sampleGrid(VALUES, 2, seed).map((c) => JSON.stringify(c))),
    );
    expect(distinct.size).toBe(6);
  });

  it("predicts each row by a fit that has not seen it", () => {
    const y = [1, 2, 3, 4, 5, 6];
    const meanOf = (rows: readonly number[]) => rows.reduce((sum, row) => sum + (y[row] ?? NaN), 0) / rows.length;
    // Leaving one out: the mean of the other five.
    const predicted = outOfFold(folds(6, { k: 6 }), (training, holdout) => holdout.map(() => meanOf(training)));
    expect(Array.from(predicted)).toEqual(y.map((value) => (21 - value) / 5));
    const repeated = outOfFold(folds(6, { k: 3, repeats: 4 }), (_, holdout) => holdout.map((row) => row));
    expect(Array.from(repeated)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => outOfFold(folds(4, { k: 2 }), () => [1])).toThrow("one for each of 2 rows");
  });

  it("chooses the least loss, the first of equals, and skips candidates that cannot be fitted", () => {
    const loss = (x: number) => {
      if (x === 0) throw new RangeError("x is 0");
      return x === 1 ? NaN : Math.abs(x - 3);
    };
    const tuned = tune([0, 1, 2, 4, 7], loss);
    expect(tuned.best).toBe(2);
    expect(tuned.trials.map(({ loss }) => loss)).toEqual([NaN, NaN, 1, 1, 4]);
    expect(() => tune([0], loss)).toThrow("x is 0");
    expect(() => tune([1], loss)).toThrow("no candidate has a loss");
    expect(() => tune([2], () => [].reduce((a) => a))).toThrow(TypeError);
  });
});
