import { describe, expect, it } from "vitest";
import { type CalendarBins, calendarBins } from "../../src/time/calendar-bins.ts";
import { canonicalInterval } from "../../src/time/interval-text.ts";

const binsOf = (text: string): CalendarBins | undefined => calendarBins(canonicalInterval(text) ?? "");

const date = (time: number) => new Date(time).toISOString().slice(0, 10);

describe("the bins of a calendar", () => {
  /** By pandas 3.1.1: `Timestamp(t).to_period(…).start_time` of W-SUN, M, Q and Y. */
  it.each([
    ["1969-12-31", "1969-12-29", "1969-12-01", "1969-10-01", "1969-01-01"],
    ["1970-01-01", "1969-12-29", "1970-01-01", "1970-01-01", "1970-01-01"],
    ["2024-02-29", "2024-02-26", "2024-02-01", "2024-01-01", "2024-01-01"],
    ["2026-01-04", "2025-12-29", "2026-01-01", "2026-01-01", "2026-01-01"],
    ["2026-01-05", "2026-01-05", "2026-01-01", "2026-01-01", "2026-01-01"],
    ["2025-12-31", "2025-12-29", "2025-12-01", "2025-10-01", "2025-01-01"],
  ])("that hold %s begin as those of pandas", (day, ...starts) => {
    const time = Date.parse(day) + 3_600_000;
    expect(["P1W", "P1M", "P3M", "P1Y"].map((text) => date(binsOf(text)?.start(time) ?? NaN))).toEqual(starts);
  });
  it("follow one another", () => {
    for (const text of ["P1W", "P1M", "P3M", "P1Y", "P1D", "PT6H"]) {
      const bins = binsOf(text);
      const next = bins?.next(Date.parse("2025-12-31T22:00Z")) ?? NaN;
      expect(bins?.start(next)).toBe(next);
      expect(bins?.start(next - 1)).toBe(bins?.start(Date.parse("2025-12-31T22:00Z")));
    }
  });
  it("are none of an interval that has no place in the calendar", () => {
    for (const text of ["P2W", "P10D", "P5M", "PT7H", "W12345", "N1", "week"]) expect(binsOf(text)).toBeUndefined();
  });
});
