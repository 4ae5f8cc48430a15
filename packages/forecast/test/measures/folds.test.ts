import { describe, expect, it } from "vitest";
import { type Fold, folds } from "../../src/index.ts";

const heldOf = (all: readonly Fold[]) => all.flatMap(({ held }) => held).sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, row) => row);

describe("folds", () => {
  it("hold each row out once, in folds of nearly equal sizes, the same for a seed", () => {
    const all = folds(23, { k: 5, seed: 3 });
    expect(heldOf(all)).toEqual(upTo(23));
    expect(all.map(({ held }) => held.length).sort()).toEqual([4, 4, 5, 5, 5]);
    for (const { training, held } of all) expect([...training, ...held].sort((a, b) => a - b)).toEqual(upTo(23));
    expect(folds(23, { k: 5, seed: 3 })).toEqual(all);
    expect(folds(23, { k: 5, seed: 4 })).not.toEqual(all);
  });
  it("are drawn anew in each repeat", () => {
    const all = folds(20, { k: 4, repeats: 3 });
    expect(all).toHaveLength(12);
    expect(heldOf(all.slice(4, 8))).toEqual(upTo(20));
    expect(all.slice(4, 8)).not.toEqual(all.slice(0, 4));
  });
  it("have nearly equal numbers of each class", () => {
    const strata = upTo(103).map((row) => row % 10 === 0);
    const ones = folds(103, { k: 5, strata }).map(({ held }) => held.filter((row) => strata[row]).length);
    expect(ones.sort()).toEqual([2, 2, 2, 2, 3]);
  });
  it("never divide a group", () => {
    const groups = upTo(60).map((row) => `g${row % 7}`);
    const all = folds(60, { k: 3, groups });
    expect(heldOf(all)).toEqual(upTo(60));
    for (const { training, held } of all) {
      const inTraining = new Set(training.map((row) => groups[row]));
      expect(held.filter((row) => inTraining.has(groups[row]))).toEqual([]);
    }
  });
  it("name the error", () => {
    expect(() => folds(3, { k: 5 })).toThrow("there are 3 rows; 5 folds need at least 5");
    expect(() => folds(3, { k: 1 })).toThrow("k");
    expect(() => folds(3, { k: 2, groups: ["a", "a", "a"] })).toThrow("there are 1 groups");
    expect(() => folds(3, { k: 2, strata: [1] })).toThrow("strata has 1 values; there must be 3");
    expect(() => folds(3, { k: 2, strata: [1, 1, 1], groups: [1, 2, 3] })).toThrow("not both");
  });
});
