import { expect, it } from "vitest";
import { boundSeries } from "../../src/model/bounded-series.ts";
import type { ForecasterExports } from "../../src/model/builtin/options.ts";
import forecaster from "../../src/model/builtin/simple.ts";
import type { FitContext } from "../../src/model/define-model.ts";
import { frame } from "../../src/model/frame.ts";

const columns = (y: number[]) => ({ Y: { type: "number", values: Float64Array.from(y) } }) as const;

it("scores the bounded forecast over the holdout", async () => {
  // Drift continues the line 8, 6, 4, 2 with 0 and -2; the holdout has 0 and 0.
  const data = frame({ length: 6, columns: columns([8, 6, 4, 2, 0, 0]) });
  const exports = { method: "drift", target: "Y", period: 1, horizon: 2, holdout: 2 } as const;
  const fit = async (more: object) =>
    forecaster.fit({ data, exports: { ...exports, ...more }, seed: 1, unit_id: "A" } as FitContext<
      object,
      ForecasterExports
    >);
  expect((await fit({})).metrics?.holdout_mae).toBeCloseTo(1, 12);
  expect((await fit({ lower_bound: 0 })).metrics?.holdout_mae).toBe(0);
});

it("takes a column's value of the step, else the last one before it", () => {
  const data = frame({ length: 4, columns: columns([5, Number.NaN, 2, Number.NaN]) });
  const bound = (from?: number) => Array.from(boundSeries(Float64Array.of(9, 9, 9), data, { upper_bound: "Y" }, from));
  expect(bound(0)).toEqual([5, 5, 2]);
  expect(bound()).toEqual([2, 2, 2]);
  expect(Array.from(boundSeries(Float64Array.of(9), data, {}))).toEqual([9]);
});
