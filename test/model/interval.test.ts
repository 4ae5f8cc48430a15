import { describe, expect, it } from "vitest";
import { detectInterval, formatTime, gridPositions, nextTimes, parseTime } from "../../src/model/interval.ts";

const times = (...texts: string[]) =>
  Float64Array.from(texts, (text) => Date.parse(`${text.replace(" ", "T")}${text.length > 10 ? "Z" : ""}`));
const every = (start: string, count: number, ms: number) =>
  Float64Array.from({ length: count }, (_, i) => Date.parse(start) + i * ms);
const dates = (values: Float64Array) => Array.from(values, (ms) => formatTime("date", ms));
const HOUR = 3_600_000;

describe("detectInterval and nextTimes", () => {
  const cases: [string, Float64Array, string, string[]][] = [
    ["days", every("2026-01-01", 5, 24 * HOUR), "P1D", ["2026-01-06", "2026-01-07"]],
    [
      "days with a gap",
      times("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-09", "2026-01-10"),
      "P1D",
      ["2026-01-11", "2026-01-12"],
    ],
    ["weeks", every("2026-01-05", 6, 168 * HOUR), "P7D", ["2026-02-16", "2026-02-23"]],
    ["months", times("2026-01-01", "2026-02-01", "2026-03-01"), "P1M@1", ["2026-04-01", "2026-05-01"]],
    ["months with a gap", times("2025-11-15", "2025-12-15", "2026-03-15"), "P1M@15", ["2026-04-15", "2026-05-15"]],
    [
      "month ends",
      times("2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"),
      "P1M@31",
      ["2026-03-31", "2026-04-30"],
    ],
    [
      "the 30th, or February's end",
      times("2025-12-30", "2026-01-30", "2026-02-28"),
      "P1M@30",
      ["2026-03-30", "2026-04-30"],
    ],
    // Business month ends as pandas has them: pd.date_range("2026-01-30", periods=8, freq="BME").
    [
      "last working days of months",
      times("2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29", "2026-06-30"),
      "P1M@B",
      ["2026-07-31", "2026-08-31"],
    ],
    [
      "last working days with a gap",
      times("2026-03-31", "2026-05-29", "2026-08-31", "2026-10-30"),
      "P1M@B",
      ["2026-11-30", "2026-12-31"],
    ],
    ["quarters", times("2025-03-31", "2025-06-30", "2025-09-30"), "P3M@31", ["2025-12-31", "2026-03-31"]],
    ["years", times("2024-02-29", "2025-02-28", "2026-02-28"), "P12M@31", ["2027-02-28", "2028-02-29"]],
    [
      "weekdays",
      times("2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24"),
      "W12345",
      ["2026-11-25", "2026-11-26"],
    ],
    ["28 days are not months", every("2026-01-01", 5, 28 * 24 * HOUR), "P28D", ["2026-05-21", "2026-06-18"]],
  ];
  for (const [name, series, interval, next] of cases)
    it(name, () => {
      expect(detectInterval(series, "time")).toBe(interval);
      expect(dates(nextTimes(series.at(-1)!, interval, 2))).toEqual(next);
    });

  it("a Friday is followed by Monday", () => {
    expect(dates(nextTimes(Date.parse("2026-11-20"), "W12345", 1))).toEqual(["2026-11-23"]);
  });

  it("Monday to Saturday, with a holiday", () => {
    const open = Array.from({ length: 40 }, (_, i) => Date.parse("2026-11-02") + i * 24 * HOUR).filter(
      (ms) => new Date(ms).getUTCDay() !== 0 && ms !== Date.parse("2026-11-11"),
    );
    const interval = detectInterval(Float64Array.from(open), "time")!;
    expect(interval).toBe("W123456");
    expect(dates(nextTimes(Date.parse("2026-11-28"), interval, 1))).toEqual(["2026-11-30"]);
    expect(gridPositions(Float64Array.from(open), interval)!.slice(5, 10)).toEqual(Int32Array.of(5, 6, 7, 9, 10));
  });

  it("small numeric steps", () => {
    const step = detectInterval(Float64Array.of(0, 1e-7, 2e-7), "number")!;
    expect(nextTimes(2e-7, step, 1)[0]).toBeCloseTo(3e-7, 15);
  });

  it("hours and seconds", () => {
    expect(detectInterval(every("2026-01-01T00:00:00Z", 4, HOUR), "time")).toBe("PT3600S");
    expect(formatTime("timestamp", nextTimes(Date.parse("2026-01-01T23:00:00Z"), "PT3600S", 1)[0]!)).toBe(
      "2026-01-02 00:00:00",
    );
  });

  it("keeps the time of day of monthly data", () => {
    const series = times("2026-01-31 06:30:00", "2026-02-28 06:30:00");
    expect(detectInterval(series, "time")).toBe("P1M@31");
    expect(formatTime("timestamp", nextTimes(series[1]!, "P1M@31", 1)[0]!)).toBe("2026-03-31 06:30:00");
  });

  it("plain numbers", () => {
    expect(detectInterval(Float64Array.of(1, 2, 3, 5), "number")).toBe("N1");
    expect(Array.from(nextTimes(5, "N1", 2))).toEqual([6, 7]);
    expect(Array.from(nextTimes(0.5, detectInterval(Float64Array.of(0, 0.25, 0.5), "number")!, 1))).toEqual([0.75]);
  });

  it("is the greatest common step, never a typical one", () => {
    // Every other day, then one day more: most differences are of two days.
    const days = [0, 2, 4, 6, 8, 11, 13].map((day) => Date.parse("2026-01-01") + day * 24 * HOUR);
    expect(detectInterval(Float64Array.from(days), "time")).toBe("P1D");
    expect(gridPositions(Float64Array.from(days), "P1D")!.at(-1)).toBe(13);
    // Sales on one day in twenty of two years, drawn by a linear congruence.
    let state = 7;
    const sold = Array.from({ length: 730 }, (_, day) => day).filter(() => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648 < 0.05;
    });
    const sparse = Float64Array.from(sold, (day) => Date.parse("2024-01-01") + day * 24 * HOUR);
    expect(sparse.length).toBeLessThan(60);
    expect(detectInterval(sparse, "time")).toBe("P1D");
    expect(gridPositions(sparse, "P1D")!.at(-1)).toBe(sold.at(-1)! - sold[0]!);
    expect(detectInterval(Float64Array.of(0, 2, 4, 7), "number")).toBe("N1");
    expect(detectInterval(Float64Array.of(0, 0.2, 0.4, 0.7), "number")).toBeNull();
    expect(gridPositions(Float64Array.of(0.1, 0.2, 0.3, 0.5), "N0.1")).toEqual(Int32Array.of(0, 1, 2, 4));
  });

  it("is none where times jitter around a step, or come at random", () => {
    // The first working day of a month is no interval.
    const workingDays = times("2026-01-01", "2026-02-02", "2026-03-02", "2026-04-01", "2026-05-01", "2026-06-01");
    expect(detectInterval(workingDays, "time")).toBeNull();
    const localDays = [0, 24, 48, 71, 95, 119, 143].map((hour) => hour * HOUR);
    expect(detectInterval(Float64Array.from(localDays), "time")).toBeNull();
    const events = times("2026-01-01 10:00:01", "2026-01-01 17:32:07", "2026-01-03 02:11:44");
    expect(detectInterval(events, "time")).toBeNull();
  });

  it("shops open on Mondays, Wednesdays and Fridays", () => {
    const open = Array.from({ length: 28 }, (_, i) => Date.parse("2026-11-02") + i * 24 * HOUR).filter((ms) =>
      [1, 3, 5].includes(new Date(ms).getUTCDay()),
    );
    expect(detectInterval(Float64Array.from(open), "time")).toBe("W135");
  });

  it("one observation has no interval; an unknown one is refused", () => {
    expect(detectInterval(Float64Array.of(1), "time")).toBeNull();
    expect(() => nextTimes(0, "weekly", 1)).toThrow('"weekly" is not an interval');
    expect(() => nextTimes(0, "W8", 1)).toThrow('"W8" is not an interval');
    expect(() => nextTimes(0, "P1M", 1)).toThrow('"P1M" is not an interval');
  });
});

describe("formatTime", () => {
  it("is exact and comes back", () => {
    for (const [type, text] of [
      ["date", "2026-11-23"],
      ["timestamp", "2026-11-23 10:30:00"],
      ["timestamp", "2026-11-23 10:30:00.25"],
      ["number", "-1.5"],
    ] as const)
      expect(formatTime(type, parseTime(type, text))).toBe(text);
  });
});

describe("gridPositions", () => {
  it("says where each time falls, also by the calendar", () => {
    expect(gridPositions(times("2026-01-31", "2026-02-28", "2026-05-31"), "P1M@31")).toEqual(Int32Array.of(0, 1, 4));
    expect(gridPositions(times("2026-01-01", "2026-01-02", "2026-01-05"), "P1D")).toEqual(Int32Array.of(0, 1, 4));
    expect(gridPositions(times("2026-01-01", "2026-01-02 12:00:00"), "P1D")).toBeNull();
    expect(gridPositions(times("0001-01-01", "2026-01-02", "2029-01-01"), "P1D")).toBeNull();
  });
});
