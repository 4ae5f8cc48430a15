import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  groupedHierarchy,
  type Hierarchy,
  hierarchy,
  historicalProportions,
  normal,
  type ReconcileOptions,
  random,
  reconcile,
  reconciler,
  shrinkage,
} from "../../src/index.ts";
import { diagonalMatrix, generalised, multiply, shrunkCovariance } from "./dense.ts";

/** Levels that nest at random, or cross at random, over a few leaves. */
const hierarchies = (crossing: boolean) =>
  fc
    .record({ leaves: fc.integer({ min: 1, max: 12 }), levels: fc.integer({ min: 0, max: 3 }), seed: fc.nat() })
    .map(({ leaves, levels, seed }) => {
      const uniform = random(seed);
      let below = Int32Array.from({ length: leaves }, (_, leaf) => leaf);
      const list = Array.from({ length: levels }, () => {
        const count = 1 + Math.floor(uniform() * leaves);
        const draws = Array.from({ length: leaves }, () => Math.floor(uniform() * count));
        const parents = Array.from(below, (node, leaf) => draws[crossing ? leaf : node]!);
        const names = [...new Set(parents)];
        const of = Int32Array.from(parents, (node) => names.indexOf(node));
        below = of;
        return { nodes: names.length, of };
      });
      return { h: hierarchy(leaves, list), uniform, gauss: () => normal(uniform) };
    });

const vector = (length: number, value: () => number) => Float64Array.from({ length }, value);

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-8) {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++)
    expect(Math.abs(got[i]! - expected[i]!), `[${i}]: ${got[i]} vs ${expected[i]}`).toBeLessThan(tolerance * scale);
}

const dense = (h: Hierarchy, W: number[][], base: Float64Array) =>
  multiply(
    generalised(h, W).map,
    Array.from(base, (value) => [value]),
  ).map(([value]) => value!);

const leafCounts = (h: Hierarchy) =>
  reconciler(h, { method: "bottom-up" }).reconcile(new Float64Array(h.nodes).fill(1));

describe.each([
  ["levels that nest", false],
  ["levels that cross", true],
])("reconciling %s", (_, crossing) => {
  it("by least squares agrees with dense algebra", () => {
    fc.assert(
      fc.property(hierarchies(crossing), ({ h, uniform, gauss }) => {
        const base = vector(h.nodes, () => 10 * gauss());
        const variances = vector(h.nodes, () => 0.05 + 4 * uniform());
        const weights: [ReconcileOptions, ArrayLike<number>][] = [
          [{ method: "ols" }, new Float64Array(h.nodes).fill(1)],
          [{ method: "wls-struct" }, leafCounts(h)],
          [{ method: "wls-var", variances }, variances],
        ];
        for (const [options, W] of weights)
          expectClose(reconcile(h, [base], options)[0]!, dense(h, diagonalMatrix(W), base));
      }),
      { numRuns: 60 },
    );
  });

  it("by MinT with shrinkage agrees with dense algebra", () => {
    fc.assert(
      fc.property(hierarchies(crossing), fc.integer({ min: 3, max: 20 }), ({ h, gauss }, times) => {
        fc.pre(h.nodes > 1);
        const residuals = Array.from({ length: times }, () => {
          const common = gauss();
          return vector(h.nodes, () => common + gauss());
        });
        const { W, shrinkage: intensity } = shrunkCovariance(residuals);
        expectClose([shrinkage(residuals).shrinkage], [intensity], 1e-10);
        const base = vector(h.nodes, () => 10 * gauss());
        expectClose(reconcile(h, [base], { method: "mint-shrink", residuals })[0]!, dense(h, W, base));
      }),
      { numRuns: 60 },
    );
  });

  it("variances are those of dense algebra, or bounds of them where levels cross", () => {
    fc.assert(
      fc.property(hierarchies(crossing), ({ h, uniform, gauss }) => {
        fc.pre(h.nodes > 1);
        const variances = vector(h.nodes, () => 0.05 + 4 * uniform());
        const residuals = Array.from({ length: 8 }, () => vector(h.nodes, gauss));
        const cases: [ReconcileOptions, number[][]][] = [
          [{ method: "wls-var", variances }, diagonalMatrix(variances)],
          [{ method: "mint-shrink", residuals }, shrunkCovariance(residuals).W],
        ];
        for (const [options, W] of cases) {
          const ratios = reconciler(h, options).varianceRatios()!;
          const exact = generalised(h, W).covariance.map((row, i) => row[i]! / W[i]![i]!);
          if (h.nested.crossing.length === 0) expectClose(ratios, exact);
          else for (const [i, ratio] of ratios.entries()) expect(ratio).toBeGreaterThan(exact[i]! - 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leaves forecasts that are coherent as they are, and makes all others coherent", () => {
    fc.assert(
      fc.property(hierarchies(crossing), ({ h, uniform, gauss }) => {
        const residuals = Array.from({ length: 6 }, () => vector(h.nodes, gauss));
        const all: ReconcileOptions[] = [
          ...(["bottom-up", "ols", "wls-struct"] as const).map((method) => ({ method })),
          { method: "wls-var", variances: vector(h.nodes, uniform) },
          { method: "mint-shrink", residuals },
          ...(crossing || h.levels.length === 0 ? [] : [{ method: "top-down" } as const]),
        ];
        const coherent = reconcile(h, [vector(h.nodes, () => 1 + 10 * uniform())], { method: "bottom-up" })[0]!;
        for (const options of all) {
          expectClose(reconcile(h, [coherent], options)[0]!, coherent);
          const got = reconcile(h, [vector(h.nodes, () => 1 + uniform())], options)[0]!;
          expectClose(got, reconcile(h, [got], { method: "bottom-up" })[0]!, 1e-14);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("an aggregate without a base forecast is as if it were not there", () => {
    fc.assert(
      fc.property(hierarchies(crossing), ({ h, gauss }) => {
        fc.pre(h.levels.length > 0);
        const { nodes, leaves, levels, aggregates } = h;
        const without = hierarchy(leaves, levels.slice(1));
        const first = levels[0]!.nodes;
        const missing = Uint8Array.from({ length: nodes }, (_, node) => (node < first ? 1 : 0));
        const base = vector(nodes, gauss).fill(NaN, 0, first);
        const residuals = Array.from({ length: 6 }, () => vector(nodes, gauss).fill(NaN, 0, first));
        for (const method of ["ols", "wls-struct", "mint-shrink"] as const) {
          const got = reconcile(h, [base], { method, missing, residuals })[0]!;
          const shorter = residuals.map((at) => at.slice(first));
          const expected = reconcile(without, [base.slice(first)], { method, residuals: shorter })[0]!;
          expectClose(got.slice(first), expected);
          expect(got.slice(aggregates).every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** Returns total, two regions, two products, and the four leaves where they cross. */
const crossed = () =>
  groupedHierarchy({ region: ["N", "N", "S", "S"], product: ["x", "y", "x", "y"] }, [[], ["region"], ["product"]]);

describe("reconciler", () => {
  it("agrees with ordinary least squares computed by hand for a total of two leaves", () => {
    // ŷ = (10, 3, 4): the total is 3 above the sum. With S = [1 1; 1 0; 0 1], each of three takes a third of that.
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    expectClose(reconcile(h, [Float64Array.of(10, 3, 4)], { method: "ols" })[0]!, [9, 4, 5], 1e-14);
    // In proportion to the number of leaves: the total's variance is half of what there is.
    expectClose(reconcile(h, [Float64Array.of(10, 3, 4)], { method: "wls-struct" })[0]!, [8.5, 3.75, 4.75], 1e-14);
  });

  it("splits from the top by forecast proportions at every level", () => {
    const h = groupedHierarchy({ a: ["1", "1", "2"], b: ["1", "2", "3"] }, [["a"], []]);
    // Total 100; nodes 30 and 20, that is 60 and 40; leaves 1 and 3 of the first: 15 and 45.
    const base = Float64Array.of(30, 20, 100, 1, 3, 7);
    expectClose(reconcile(h, [base], { method: "top-down" })[0]!, [60, 40, 100, 15, 45, 40], 1e-14);
    // A node without a forecast has what its children have (1 + 3 of 24); children of 0 share equally.
    const missing = Uint8Array.of(1, 0, 0, 0, 0, 0);
    const [got] = reconcile(h, [base], { method: "top-down", missing });
    expectClose(got!, [100 / 6, 500 / 6, 100, 100 / 24, 300 / 24, 500 / 6], 1e-14);
    const zeros = Float64Array.of(30, 20, 100, 0, 0, 7);
    expectClose(reconcile(h, [zeros], { method: "top-down" })[0]!, [60, 40, 100, 30, 30, 40], 1e-14);
  });

  it("splits the difference of children with both signs from the top, by their sizes", () => {
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    const split = (top: number, a: number, b: number) =>
      reconcile(h, [Float64Array.of(top, a, b)], { method: "top-down" })[0]!;
    // 30 more than their sum: 3 parts of 4 and 1 part.
    expectClose(split(50, 30, -10), [50, 52.5, -2.5], 1e-14);
    // They cancel to 1e-9; proportions would be ±1e10 of the top.
    expectClose(split(15, 10, 1e-9 - 10), [15, 17.5, -2.5], 1e-8);
    expectClose(split(15, 10, -10), [15, 17.5, -2.5], 1e-14);
    // Of one sign, the forecast proportions.
    expectClose(split(-8, -1, -3), [-8, -2, -6], 1e-14);
    expectClose(split(8, -1, -3), [8, 2, 6], 1e-14);
  });

  it("has no historical proportions of leaves that cancel, but those of their sizes", () => {
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    const history = [Float64Array.of(3, 1e-9 - 3), Float64Array.of(1, 3)];
    expectClose(historicalProportions(h, history.slice(0, 1)), [0.5, 0.5], 1e-9);
    expectClose(historicalProportions(h, history, "average-proportions"), [3 / 8, 5 / 8], 1e-9);
    // A few returns are no cancelling.
    expectClose(historicalProportions(h, [Float64Array.of(10, -1)]), [10 / 9, -1 / 9], 1e-14);
  });

  it("splits from the top by historical proportions, where levels cross too", () => {
    const h = crossed();
    const history = [Float64Array.of(1, 1, 1, 1), Float64Array.of(0, 0, 0, 8), new Float64Array(4)];
    const averages = historicalProportions(h, history);
    expectClose(averages, [1 / 12, 1 / 12, 1 / 12, 9 / 12], 1e-15);
    // The third time says nothing of shares.
    expectClose(historicalProportions(h, history, "average-proportions"), [1 / 8, 1 / 8, 1 / 8, 5 / 8], 1e-15);
    expectClose(historicalProportions(h, []), [0.25, 0.25, 0.25, 0.25]);
    const base = vector(h.nodes, () => 24);
    const [got] = reconcile(h, [base], { method: "top-down", proportions: averages });
    expectClose(got!, [24, 4, 20, 4, 20, 2, 2, 2, 18], 1e-14);
  });

  it("cuts leaves at zero only where it is asked to, and stays coherent", () => {
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    const base = Float64Array.of(1, 4, -2);
    expectClose(reconcile(h, [base], { method: "bottom-up" })[0]!, [2, 4, -2]);
    expectClose(reconcile(h, [base], { method: "bottom-up", nonNegative: true })[0]!, [4, 4, 0]);
  });

  it("a missing leaf stays zero", () => {
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    const missing = Uint8Array.of(0, 1, 0);
    expectClose(reconcile(h, [Float64Array.of(6, NaN, 4)], { method: "ols", missing })[0]!, [5, 0, 5]);
  });

  it("is unbiased: sums of leaves are left alone (S P S = S), on a hierarchy of a thousand leaves that crosses", () => {
    const uniform = random(1);
    const keys = {
      store: Array.from({ length: 1000 }, (_, i) => `${i % 50}`),
      sku: Array.from({ length: 1000 }, (_, i) => `${Math.floor(i / 50)}`),
    };
    const h = groupedHierarchy(keys, [[], ["store"], ["sku"]]);
    const variances = vector(h.nodes, () => 0.01 + uniform() ** 6 * 100);
    const residuals = Array.from({ length: 15 }, () => vector(h.nodes, () => normal(uniform)));
    const coherent = reconcile(h, [vector(h.nodes, () => 100 * uniform())], { method: "bottom-up" })[0]!;
    for (const method of ["ols", "wls-var", "mint-shrink"] as const) {
      const prepared = reconciler(h, { method, variances, residuals });
      expectClose(prepared.reconcile(coherent), coherent, 1e-12);
      // A projection: reconciling twice changes nothing. Holds only if conjugate gradients have converged.
      const noisy = prepared.reconcile(coherent.map((value) => value + 10 * normal(uniform)));
      expectClose(prepared.reconcile(noisy), noisy, 1e-12);
    }
  });

  it("takes residuals that are missing here and there", () => {
    const h = crossed();
    const uniform = random(3);
    const residuals = Array.from({ length: 12 }, () =>
      vector(h.nodes, () => (uniform() < 0.2 ? NaN : normal(uniform))),
    );
    const prepared = reconciler(h, { method: "mint-shrink", residuals });
    const got = prepared.reconcile(vector(h.nodes, () => 10 * uniform()));
    expectClose(got, reconcile(h, [got], { method: "bottom-up" })[0]!, 1e-14);
    for (const ratio of prepared.varianceRatios()!) expect(ratio > 0 && ratio <= 1).toBe(true);
  });

  it("keeps a leaf of unknown variance, and sums up an aggregate of unknown variance", () => {
    const uniform = random(5);
    for (const h of [groupedHierarchy({ a: ["1", "1", "2", "2"] }, [[], ["a"]]), crossed()]) {
      const base = vector(h.nodes, () => 10 + normal(uniform));
      const [leaf, aggregate] = [h.aggregates + 1, h.aggregates - 1];
      const isUnknown = (node: number) => node === leaf || node === aggregate;
      const variances = vector(h.nodes, () => 0.5 + uniform());
      const residuals = Array.from({ length: 10 }, () => vector(h.nodes, () => normal(uniform)));
      const blank = (values: Float64Array) => values.map((value, node) => (isUnknown(node) ? NaN : value));
      for (const method of ["wls-var", "mint-shrink"] as const) {
        const options = { method, variances: blank(variances), residuals: residuals.map(blank) };
        const prepared = reconciler(h, options);
        const got = prepared.reconcile(base);
        expect(got[leaf]).toBe(base[leaf]);
        // As if the aggregate had no base forecast, and the leaf's were certain: of variance 0.
        const certain = (values: Float64Array) => values.map((value, node) => (node === leaf ? 0 : value));
        const missing = Uint8Array.from({ length: h.nodes }, (_, node) => (node === aggregate ? 1 : 0));
        const shared = { method, variances: certain(variances), residuals: residuals.map(certain), missing };
        expectClose(got, reconcile(h, [base], shared)[0]!, 1e-12);
        expect([...prepared.unweighted.keys()].filter((node) => prepared.unweighted[node] === 1)).toEqual(
          [aggregate, leaf].sort((a, b) => a - b),
        );
        expect(prepared.varianceRatios()![leaf]).toBe(1);
        expect(prepared.varianceRatios()![aggregate]).toBeNaN();
      }
    }
  });

  it("series whose past was perfect are not corrected", () => {
    const h = groupedHierarchy({ store: ["A", "B"] }, [[]]);
    const residuals = [Float64Array.of(1, 0, 2), Float64Array.of(-2, 0, 1), Float64Array.of(1, 0, 0)];
    const [got] = reconcile(h, [Float64Array.of(10, 3, 4)], { method: "mint-shrink", residuals });
    expect(got![1]).toBe(3);
    const flat = Array.from({ length: 3 }, () => new Float64Array(3));
    expectClose(reconcile(h, [Float64Array.of(10, 3, 4)], { method: "mint-shrink", residuals: flat })[0]!, [7, 3, 4]);
  });

  it("has a bounded answer whichever pasts were perfect, levels nested or crossing", () => {
    const uniform = random(4);
    const nested = groupedHierarchy({ a: ["1", "1", "2", "2"] }, [[], ["a"]]);
    for (const h of [nested, crossed()]) {
      const base = vector(h.nodes, () => 10 + normal(uniform));
      const largest = base.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (let perfect = 1; perfect < 2 ** h.nodes; perfect += 3) {
        const residuals = Array.from({ length: 10 }, () =>
          Float64Array.from({ length: h.nodes }, (_, node) => ((perfect >> node) & 1 ? 0 : normal(uniform))),
        );
        const variances = Float64Array.from({ length: h.nodes }, (_, node) => ((perfect >> node) & 1 ? 0 : 1 + node));
        for (const method of ["mint-shrink", "wls-var"] as const) {
          const prepared = reconciler(h, { method, residuals, variances });
          const got = prepared.reconcile(base);
          expectClose(got, reconcile(h, [got], { method: "bottom-up" })[0]!, 1e-12);
          for (const value of got) expect(Math.abs(value)).toBeLessThan(10 * largest);
          for (let leaf = h.aggregates; leaf < h.nodes; leaf++)
            if ((perfect >> leaf) & 1) expect(got[leaf]).toBe(base[leaf]);
          for (const ratio of prepared.varianceRatios()!) expect(ratio < 0 || ratio > 1).toBe(false);
        }
      }
    }
  });

  it.each<[string, () => unknown, RegExp]>([
    ["a NaN", () => reconcile(crossed(), [new Float64Array(9).fill(NaN)], { method: "ols" }), /node 0 is NaN/],
    ["a length", () => reconcile(crossed(), [new Float64Array(8)], { method: "ols" }), /base has 8 values.*each of 9/],
    ["no variances", () => reconciler(crossed(), { method: "wls-var" }), /wls-var needs variances/],
    [
      "a negative variance",
      () => reconciler(crossed(), { method: "wls-var", variances: new Float64Array(9).fill(-1) }),
      /variance of node 0 is -1/,
    ],
    ["no residuals", () => reconciler(crossed(), { method: "mint-shrink" }), /mint-shrink needs residuals/],
    [
      "no leaf with residuals",
      () =>
        reconciler(crossed(), {
          method: "mint-shrink",
          residuals: [0, 1].map(() => new Float64Array(9).fill(NaN, 5)),
        }),
      /no leaf has residuals; method mint-shrink needs some/,
    ],
    [
      "no leaf with a variance",
      () => reconciler(crossed(), { method: "wls-var", variances: new Float64Array(9).fill(NaN) }),
      /no leaf has a known variance; method wls-var needs some/,
    ],
    [
      "residuals of one time",
      () => reconciler(crossed(), { method: "mint-shrink", residuals: [new Float64Array(9)] }),
      /residuals of 1 times/,
    ],
    [
      "crossing levels from the top",
      () => reconcile(crossed(), [new Float64Array(9)], { method: "top-down" }),
      /crosses others/,
    ],
    [
      "nothing at the top",
      () => reconciler(crossed(), { method: "top-down", missing: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0) }),
      /top node above leaf 0/,
    ],
    ["no level to start from", () => reconciler(hierarchy(2, []), { method: "top-down" }), /needs a level above/],
    ["no leaves", () => groupedHierarchy({}, [[]]), /leaves is 0/],
    ["an unknown column", () => groupedHierarchy({ a: ["1"] }, [["b"]]), /key column b does not exist; use a/],
    ["a node out of range", () => hierarchy(1, [{ nodes: 1, of: Int32Array.of(1) }]), /leaf 0 is part of node 1/],
    ["a node without leaves", () => hierarchy(1, [{ nodes: 2, of: Int32Array.of(1) }]), /only 1 have leaves/],
  ])("refuses %s", (_, attempt, message) => {
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(message);
  });
});
