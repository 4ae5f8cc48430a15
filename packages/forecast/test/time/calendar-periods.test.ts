import { describe, expect, it } from "vitest";
import { calendarPeriods } from "../../src/time/calendar-periods.ts";

describe("the seasons that the calendar has", () => {
  it.each([
    ["P1D", [7, 365.25]],
    ["P7D", [365.25 / 7]],
    ["P14D", [365.25 / 14]],
    ["P1M", [12]],
    ["P1M@31", [12]],
    ["P1M@B", [12]],
    ["P3M@1", [4]],
    ["P6M@1", [2]],
    ["P12M@1", []],
    ["P5M", []],
    ["W12345", [5, (365.25 * 5) / 7]],
    ["W1", [365.25 / 7]],
    ["PT3600S", [24, 168, 8766]],
    ["PT900S", [96, 672, 35064]],
    ["PT60S", [60, 1440, 10080, 525960]],
    ["PT1S", [60, 3600, 86400, 604800, 31557600]],
    ["N1", []],
  ])("in steps of %s", (interval, periods) => {
    expect(calendarPeriods(interval)).toEqual(periods);
  });
  it("refuses text that is no interval", () => {
    expect(() => calendarPeriods("weekly")).toThrow('interval is "weekly"; use one such as P1D');
  });
});
