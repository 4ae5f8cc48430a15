import { expect, it } from "vitest";
import { originMetrics } from "../../../src/model/builtin/origin-metrics.ts";

it("means the origins, those before the last, and keeps the last apart", () => {
  expect(
    originMetrics([
      { mae: 1, mape: NaN, lag_mae: 5 },
      { mae: 2, mape: 4, lag_mae: 7 },
      { mae: 6, mape: 8, lag_mae: 9 },
    ]),
  ).toEqual({
    ...{ holdout_mae: 3, holdout_earlier_mae: 1.5, holdout_last_mae: 6 },
    ...{ holdout_mape: 6, holdout_earlier_mape: 4, holdout_last_mape: 8 },
    ...{ holdout_lag_mae: 7, holdout_earlier_lag_mae: 6, holdout_last_lag_mae: 9 },
  });
});

it("leaves out what was not measured, and the parts of a single origin", () => {
  expect(originMetrics([{ mae: 1 }])).toEqual({ holdout_mae: 1 });
  expect(originMetrics([undefined, { mae: 1 }])).toEqual({ holdout_mae: 1, holdout_last_mae: 1 });
  expect(originMetrics([{ mae: 1 }, undefined])).toBeUndefined();
  expect(originMetrics([{ mape: NaN }, { mape: NaN }])?.holdout_mape).toBeNaN();
});
