import { describe, expect, it } from "vitest";
import { CHURN, type Exports, SENSOR_ANOMALIES, STORE_SALES } from "../../../src/model/builtin/options.ts";

describe("options of built-in models", () => {
  const fits = (option: { fits(value: unknown): boolean }, values: readonly unknown[]) =>
    values.filter((value) => option.fits(value));

  it("check their values", () => {
    expect(STORE_SALES.horizon.expected).toBe("a whole number of at least 1");
    expect(fits(STORE_SALES.horizon, [1, 0, 1.5, "3", NaN, null])).toEqual([1]);
    expect(fits(STORE_SALES.period, [1, 365.25, 0.5, "7"])).toEqual([1, 365.25]);
    expect(STORE_SALES.calendar.expected).toBe("a list of some of dayOfWeek, month, dayOfMonth, hour");
    expect(fits(STORE_SALES.calendar, [["month", "hour"], ["year"], "month"])).toEqual([["month", "hour"]]);
    expect(SENSOR_ANOMALIES.method.expected).toBe("one of harmonics, ets, holt-winters, snaive");
    expect(fits(SENSOR_ANOMALIES.method, ["ets", "tarot", undefined])).toEqual(["ets"]);
    expect(fits(CHURN.features, [["a", "b"], [], [1], "a"])).toEqual([["a", "b"]]);
  });

  it("refuse a holdout that is no number of rows", () => {
    expect(fits(CHURN.holdout, [0, 20, -1, 0.5])).toEqual([0, 20]);
  });

  it("are the type of the exports as well", () => {
    const exports: Exports<typeof CHURN> = { target: "LEFT", features: ["A"], holdout: 0 };
    // @ts-expect-error a required option is missing
    const without: Exports<typeof CHURN> = { target: "LEFT", holdout: 0 };
    // @ts-expect-error not one of the words
    const other: Exports<typeof SENSOR_ANOMALIES>["method"] = "tarot";
    expect([exports.ridge, without.features, other]).toEqual([undefined, undefined, "tarot"]);
  });
});
