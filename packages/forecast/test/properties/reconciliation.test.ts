import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ets,
  forecast,
  hierarchy,
  RECONCILIATION_METHODS,
  type ReconcileOptions,
  reconcile,
  residuals,
} from "../../src/index.ts";
import { recipes, sampleOf } from "./samples.ts";

const LEAVES = 4;
const H = 6;

/** Four leaves in two groups under one total, of series drawn at random, each node forecast by itself. */
const family = fc
  .tuple(fc.array(recipes(60), { minLength: LEAVES, maxLength: LEAVES }), fc.integer({ min: 12, max: 40 }))
  .map(([leaves, length]) => {
    const rows = leaves.map((recipe) => sampleOf({ ...recipe, length, period: 4, gaps: false }).values);
    const sum = (...of: number[]) =>
      Float64Array.from({ length }, (_, t) => of.reduce((total, leaf) => total + (rows[leaf]?.[t] ?? NaN), 0));
    return [sum(0, 1, 2, 3), sum(0, 1), sum(2, 3), ...rows];
  });
const TREE = hierarchy(LEAVES, [
  { nodes: 1, of: Int32Array.from([0, 0, 0, 0]) },
  { nodes: 2, of: Int32Array.from([0, 0, 1, 1]) },
]);

describe.each(RECONCILIATION_METHODS)("%s", (method) => {
  it("makes forecasts of which each is the sum of its children and not larger than all that were given", () => {
    let checked = 0;
    fc.assert(
      fc.property(family, (nodes) => {
        const models = nodes.map((values) => ets(values, { period: 4 }));
        const base = models.map((model) => forecast(model, { h: H }).mean);
        const errors = models.map((model, i) => residuals(model, nodes[i] ?? []));
        const atTime = (rows: readonly Float64Array[], t: number) => Float64Array.from(rows, (row) => row[t] ?? NaN);
        const variances = Float64Array.from(errors, (row) => row.reduce((sum, e) => sum + e * e, 0) / row.length);
        const times = Array.from(errors[0] ?? [], (_, t) => atTime(errors, t));
        const options: ReconcileOptions = {
          method,
          ...(method === "wls-var" && { variances }),
          ...(method === "mint-shrink" && { residuals: times }),
        };
        for (let step = 0; step < H; step++) {
          const vector = atTime(base, step);
          let result: Float64Array | undefined;
          try {
            [result] = reconcile(TREE, [vector], options);
          } catch (error) {
            // Shares of children that cancel are not defined.
            expect(method).toBe("top-down");
            expect(error).toBeInstanceOf(RangeError);
            continue;
          }
          const [total = NaN, left = NaN, right = NaN, a = NaN, b = NaN, c = NaN, d = NaN] = result ?? [];
          const size = vector.reduce((sum, value) => sum + Math.abs(value), 0);
          expect(Math.abs(left - a - b)).toBeLessThanOrEqual(1e-9 * size);
          expect(Math.abs(right - c - d)).toBeLessThanOrEqual(1e-9 * size);
          expect(Math.abs(total - left - right)).toBeLessThanOrEqual(1e-9 * size);
          for (const value of result ?? []) expect(Math.abs(value)).toBeLessThanOrEqual(size);
          checked++;
        }
      }),
      { numRuns: 25 },
    );
    expect(checked).toBeGreaterThan(100);
  });
});
