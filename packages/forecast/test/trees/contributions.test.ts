import { describe, expect, it } from "vitest";
import { type BoostedTrees, boostedContributions, boostedTrees, predictBoosted } from "../../src/index.ts";
import { rowsOf, tableOf } from "./tables.ts";

/** Returns the mean of a tree's leaves for a row of which only some features are known, by training rows. */
function expected(tree: BoostedTrees["trees"][number], features: ReadonlySet<number>, row: readonly number[]): number {
  const rowsAt = (node: number): number =>
    node < 0 ? (tree.rows[-1 - node] ?? NaN) : rowsAt(tree.left[node] ?? NaN) + rowsAt(tree.right[node] ?? NaN);
  const at = (node: number): number => {
    if (node < 0) return tree.leaf[-1 - node] ?? NaN;
    const [feature = NaN, left = NaN, right = NaN] = [tree.feature[node], tree.left[node], tree.right[node]];
    const value = row[feature] ?? NaN;
    if (!features.has(feature)) return (rowsAt(left) * at(left) + rowsAt(right) * at(right)) / rowsAt(node);
    const isLeft = Number.isNaN(value) ? tree.missingLeft[node] : value <= (tree.threshold[node] ?? NaN);
    return at(isLeft ? left : right);
  };
  return at(0);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

describe("contributions of boosted trees", () => {
  it.each([0, 1])("are Shapley values by their definition, the sum over all subsets of features: table %i", (seed) => {
    const table = tableOf(seed, 400);
    const { x, y } = rowsOf(table, 0, 300);
    const model = boostedTrees(x, y, { loss: table.loss, rounds: 4, leaves: 9, minRows: 5 });
    const holdout = rowsOf(table, 300, 304);
    const { start, values } = boostedContributions(JSON.parse(JSON.stringify(model)), holdout.x);
    const count = model.names.length;
    for (let t = 0; t < 4; t++) {
      const row = model.names.map((name) => holdout.x[name]?.[t] ?? NaN);
      const score = (features: ReadonlySet<number>) =>
        model.trees.reduce((sum, tree) => sum + expected(tree, features, row), model.start);
      expect(start).toBeCloseTo(score(new Set()), 12);
      for (const [j, name] of model.names.entries()) {
        let value = 0;
        for (let mask = 0; mask < 2 ** count; mask++) {
          if (mask & (2 ** j)) continue;
          const subset = [...Array(count).keys()].filter((i) => mask & (2 ** i));
          const share = (factorial(subset.length) * factorial(count - subset.length - 1)) / factorial(count);
          value += share * (score(new Set([...subset, j])) - score(new Set(subset)));
        }
        expect(values[name]?.[t]).toBeCloseTo(value, 10);
      }
    }
  });

  it("add up to the score of every row", () => {
    const table = tableOf(2);
    const { x, y } = rowsOf(table, 0, 1000);
    const model = boostedTrees(x, y, { loss: "logistic", rounds: 30 });
    const { start, values } = boostedContributions(model, x);
    for (const [t, p] of predictBoosted(model, x).entries()) {
      const score = Object.values(values).reduce((sum, column) => sum + (column[t] ?? NaN), start);
      expect(1 / (1 + Math.exp(-score))).toBeCloseTo(p, 10);
    }
  });

  it("are 0 where nothing was split", () => {
    const model = boostedTrees({ a: new Array(50).fill(1) }, new Array(50).fill(4));
    expect(boostedContributions(model, { a: [1, NaN] })).toEqual({ start: 4, values: { a: new Float64Array(2) } });
  });
});
