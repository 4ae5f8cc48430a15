import { describe, expect, it } from "vitest";
import { isPeriodRule, periodOf, readPeriod } from "../../src/model/period-rule.ts";
import { seriesPeriod } from "../../src/model/series-period.ts";

const wave = (n: number, ...periods: readonly number[]) =>
  Float64Array.from({ length: n }, (_, t) =>
    periods.reduce((sum, period) => sum + 10 * Math.sin((2 * Math.PI * t) / period), 100 + ((7 * t) % 5) / 5),
  );

describe("the period of a series", () => {
  const y = wave(1100, 7, 365.25);
  it("is the number that is stated, and of several the first for methods that take one", () => {
    expect(seriesPeriod(12, y, "P1D")).toEqual({ period: 12, periods: [12] });
    expect(seriesPeriod([7, 365.25], y, "P1D")).toEqual({ period: 7, periods: [7, 365.25] });
    expect(seriesPeriod([52.18], y, "P7D")).toEqual({ period: 52, periods: [52.18] });
    expect(seriesPeriod([1, 365.25], y, "P1D")).toEqual({ period: 1, periods: [365.25] });
  });
  it("is that of its interval, and none where the rule does not name it", () => {
    const rule = { P1D: [7, 365.25], P1W: 52, P1M: "auto" } as const;
    expect(seriesPeriod(rule, y, "P1D").period).toBe(7);
    expect(seriesPeriod(rule, y, "P7D").period).toBe(52);
    expect(seriesPeriod(rule, wave(60, 12), "P1M@31").period).toBe(12);
    expect(seriesPeriod(rule, y, "PT3600S").period).toBe(1);
    expect(seriesPeriod(rule, y, null).period).toBe(1);
  });
  it("is found by the interval where it is auto", () => {
    expect(seriesPeriod("auto", y, "P1D")).toEqual({ period: 7, periods: [7, 365.25] });
    expect(seriesPeriod("auto", wave(1100, 365.25), "P1D")).toEqual({ period: 1, periods: [365.25] });
    expect(seriesPeriod("auto", wave(260, 365.25 / 7), "P7D")).toEqual({ period: 52, periods: [365.25 / 7] });
    expect(seriesPeriod("auto", wave(60, 12), "P1M@1")).toEqual({ period: 12, periods: [12] });
    expect(seriesPeriod("auto", y, "N1")).toEqual({ period: 1, periods: [] });
    expect(seriesPeriod("auto", y, null)).toEqual({ period: 1, periods: [] });
  });
});

describe("the period kept with the model", () => {
  it("is a period that gives the same again", () => {
    for (const [season, period] of [
      [{ period: 7, periods: [7, 365.25] }, [7, 365.25]],
      [{ period: 12, periods: [12] }, 12],
      [{ period: 52, periods: [365.25 / 7] }, [365.25 / 7]],
      [{ period: 1, periods: [365.25] }, [1, 365.25]],
      [{ period: 1, periods: [] }, 1],
    ] as const) {
      expect(periodOf(season)).toEqual(period);
      const { periods } = readPeriod({ period }, { period: "auto" });
      expect(periods.filter((one) => one > 1)).toEqual(season.periods);
      expect(readPeriod({ period }, { period: "auto" }).period).toBe(season.period);
    }
  });
  it("is that of the exports where nothing was kept", () => {
    expect(readPeriod(null, { period: 7 })).toEqual({ period: 7, periods: [7] });
    expect(readPeriod({ winner: "ets" }, {})).toEqual({ period: 1, periods: [] });
    expect(readPeriod(null, { period: "auto" })).toEqual({ period: 1, periods: [] });
  });
});

describe("a rule", () => {
  it("is auto, numbers of at least 1, or these by interval", () => {
    for (const rule of ["auto", 1, 7, [7, 365.25], { P1D: 7, P1W: "auto" }]) expect(isPeriodRule(rule)).toBe(true);
    for (const rule of ["weekly", 0, [], [0], [7, "auto"], {}, { daily: 7 }, { P1D: {} }, null, NaN])
      expect(isPeriodRule(rule)).toBe(false);
  });
});
