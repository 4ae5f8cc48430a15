import { groupedHierarchy } from "@manymodel/forecast/hierarchy";
import { describe, expect, it } from "vitest";
import { reconcileStep } from "../../src/reconcile/reconcile-step.ts";

/** A total of two leaves. */
const keyed = { hierarchy: groupedHierarchy({ sku: ["A", "B"] }, [[]]), columns: [], levels: [] };
const spec = {
  levels: [],
  method: "bottom-up",
  outputTable: "R",
  time: "day",
  coverages: [80],
  nonNegative: true,
  missing: "fail",
} as const;
/** Halves of the leaves' intervals are 2.5 and 6: that of their sum is √(2.5² + 6²) = 6.5. */
const base = {
  mean: Float64Array.of(Number.NaN, 3.2, 4.6),
  lower: [Float64Array.of(Number.NaN, 0.7, -1.4)],
  upper: [Float64Array.of(Number.NaN, 5.7, 10.6)],
};
const missing = Uint8Array.of(1, 0, 0);

describe("a reconciled step", () => {
  it("rounds intervals outwards to whole numbers, never points, and cuts leaves at their floor", () => {
    const { mean, lower, upper } = reconcileStep(keyed, { ...spec, isWhole: true }, undefined)(base, missing);
    expect(Array.from(mean, (value) => value.toFixed(1))).toEqual(["7.8", "3.2", "4.6"]);
    // 7.8 ± 6.5 is 1.3 to 14.3; the leaves' are 0.7 to 5.7 and -1.4 to 10.6.
    expect([...(lower[0] ?? [])]).toEqual([1, 0, 0]);
    expect([...(upper[0] ?? [])]).toEqual([15, 6, 11]);
  });
  it("ends intervals of leaves at their ceiling, except below the leaf's own forecast; sums have no ceiling", () => {
    const at = (ceiling: number) =>
      reconcileStep(keyed, { ...spec, isWhole: false, upper: ceiling }, undefined)(base, missing);
    expect(Array.from(at(5).upper[0] ?? [], (value) => value.toFixed(1))).toEqual(["14.3", "5.0", "5.0"]);
    const { mean, upper } = at(4);
    expect(upper[0]?.[2]).toBe(mean[2]);
    expect(upper[0]?.[1]).toBe(4);
    expect(mean[0]).toBeCloseTo((mean[1] ?? 0) + (mean[2] ?? 0), 12);
  });
});
