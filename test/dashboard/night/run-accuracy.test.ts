import { expect, it } from "vitest";
import { accuracyOf } from "../../../src/dashboard/night/run-accuracy.ts";
import { plainTable } from "../plain-table.ts";

it("pools the errors of all partitions, counts those not validated, and describes each kind", async () => {
  const table = plainTable(
    ["a", "b", "c", "d"],
    {
      holdout_mase: [0.5, 2, Number.NaN, Number.NaN],
      // The observations of c are all 0, which have no percentage; d has no holdout.
      holdout_mae: [10, 1, 3, Number.NaN],
      holdout_wape: [10, 50, Number.NaN, Number.NaN],
      mae: [9, 1, 2, 4],
    },
    ["ets", "theta", "ets", "ets"],
  );
  const accuracy = await accuracyOf(table);
  // By hand: errors 10 + 1 + 3 over sizes 100 + 2 + 0; naive errors 10 / 0.5 + 1 / 2 over 100 + 2.
  expect(accuracy.wape).toBeCloseTo((100 * 14) / 102, 12);
  expect(accuracy.naiveWape).toBeCloseTo((100 * 20.5) / 102, 12);
  expect(accuracy).toMatchObject({ metric: "holdout_mase", scored: 2, notValidated: 2, betterThanNaive: 1 });
  expect(accuracy.kinds.map(({ kind, count, spread }) => [kind, count, spread.median])).toEqual([
    ["ets", 3, 0.5],
    ["theta", 1, 2],
  ]);
  expect(accuracy.histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(2);
});

it("takes no error in sample for a validation", async () => {
  const accuracy = await accuracyOf(plainTable(["a", "b"], { mase: [0.5, 2], mae: [1, 2] }));
  expect(accuracy).toMatchObject({ metric: null, scored: 0, notValidated: 2, wape: null, naiveWape: null });
});
