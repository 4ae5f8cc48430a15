import { describe, expect, it } from "vitest";
import { calendarFeatures } from "../../src/model/calendar-features.ts";
import { nextTimes } from "../../src/model/interval.ts";
import { daily } from "./builtin/daily.ts";

const rows = [daily([0], { Y: () => 1 })];
/** Steps after Sunday, 2025-12-28. */
const axis = (interval: string, steps: number) => ({
  times: nextTimes(Date.UTC(2025, 11, 28), interval, steps),
  ...{ interval, time: "DAY", rows },
});
const values = (interval: string, steps = 3) =>
  Object.fromEntries(Object.entries(calendarFeatures(axis(interval, steps))).map(([name, of]) => [name, [...of]]));

describe("calendarFeatures", () => {
  it("has the parts of the date that vary at the interval", () => {
    expect(values("P1D", 4)).toEqual({
      dayOfWeek: [1, 2, 3, 4],
      dayOfMonth: [29, 30, 31, 1],
      month: [12, 12, 12, 1],
    });
    // 2026-01-04 is in the first 7 days of its year.
    expect(values("P7D")).toEqual({ weekOfYear: [1, 2, 3], month: [1, 1, 1] });
    expect(values("P1M@28")).toEqual({ month: [1, 2, 3] });
    expect(values("PT21600S")).toMatchObject({ hour: [6, 12, 18], dayOfWeek: [7, 7, 7] });
    expect(Object.keys(values("W12345"))).toEqual(["dayOfWeek", "dayOfMonth", "month"]);
  });

  it("has none of steps without dates, or without an interval", () => {
    expect(calendarFeatures({ ...axis("P1D", 2), interval: null })).toEqual({});
    expect(calendarFeatures({ ...axis("P1D", 2), times: null })).toEqual({});
    const numbered = { times: Float64Array.of(4, 5), interval: "N1", time: "T", rows: [daily([0], { T: () => 3 })] };
    expect(calendarFeatures(numbered)).toEqual({});
  });
});
