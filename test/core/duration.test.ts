import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/core/duration.ts";

describe("parseDuration", () => {
  // ISO 8601-1:2019, 5.5.2: the designators of weeks, days and times.
  it.each([
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["500ms", 500],
    ["60d", 5_184_000_000],
    ["8w", 4_838_400_000],
    ["P60D", 5_184_000_000],
    ["P8W", 4_838_400_000],
    ["PT36H", 129_600_000],
    ["P1DT12H30M", 131_400_000],
    [" 2d ", 172_800_000],
    [0.5, 500],
  ])("%s", (text, ms) => {
    expect(parseDuration("within", text)).toBe(ms);
  });

  it.each(["", "60", "d", "P", "PT", "P1M", "P1Y", "1y", "0d", "-1d", "1d!", "d1"])("refuses %s", (text) => {
    expect(() => parseDuration("within", text)).toThrow("it must be a duration such as 90s, 10m, 1h30m or 60d");
  });
});
