import { describe, expect, it } from "vitest";
import { detectInterval } from "../../src/time/interval.ts";
import { canonicalInterval, parseInterval } from "../../src/time/interval-text.ts";

describe("parseInterval", () => {
  it("reads the parts of an interval", () => {
    expect(parseInterval("P7D")).toEqual({ unit: "day", step: 7 });
    expect(parseInterval("PT0.5S")).toEqual({ unit: "second", step: 0.5 });
    expect(parseInterval("P1M@31")).toEqual({ unit: "month", step: 1, day: 31 });
    expect(parseInterval("P1M@B")).toEqual({ unit: "month", step: 1, day: "B" });
    expect(parseInterval("P3M")).toEqual({ unit: "month", step: 3, day: undefined });
    expect(parseInterval("W135")).toEqual({ unit: "weekday", days: "135" });
    expect(parseInterval("N0.25")).toEqual({ unit: "number", step: 0.25 });
  });

  it("reads the steps that are written with a power of ten", () => {
    const numbers = detectInterval(Float64Array.of(0, 1e-7, 2e-7), "number");
    expect(parseInterval(numbers!)).toEqual({ unit: "number", step: 1e-7 });
    const times = detectInterval(Float64Array.of(0, 1 / 8192, 2 / 8192), "time");
    expect(parseInterval(times!)).toEqual({ unit: "second", step: 1 / 8192 / 1000 });
  });

  it("refuses intervals that no series has", () => {
    const texts = ["", "weekly", "P0D", "P1W", "PT1H", "P1.5D", "P3600S", "W", "W8", "W53", "N0", "N-1", "1D"];
    expect(texts.filter((text) => parseInterval(text) !== undefined)).toEqual([]);
  });
});

describe("canonicalInterval", () => {
  it("reads the documented intervals, and nothing else", () => {
    const intervals = ["P1D", "P2W", "P1M", "P1M@31", "P1Y", "PT15M", "PT1H", "PT24H", "PT0.5S", "W135", "N2", "N2.50"];
    expect(intervals.map(canonicalInterval)).toEqual([
      "P1D",
      "P14D",
      "P1M",
      "P1M",
      "P12M",
      "PT900S",
      "PT3600S",
      "P1D",
      "PT0.5S",
      "W135",
      "N2",
      "N2.5",
    ]);
    const none = ["", "daily", "P0D", "PT0S", "W", "W53", "N0", "1D"];
    expect(none.filter((text) => canonicalInterval(text) !== undefined)).toEqual([]);
  });

  it("returns text that it reads again as the same interval, as parseInterval does", () => {
    for (const interval of ["P2W", "P1Y", "PT90M", "PT0.0000001S", "W12345", "N0.0000001"]) {
      const canonical = canonicalInterval(interval)!;
      expect(canonicalInterval(canonical)).toBe(canonical);
      expect(parseInterval(canonical)).toBeDefined();
    }
  });
});
