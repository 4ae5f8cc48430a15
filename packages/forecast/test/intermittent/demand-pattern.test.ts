import { describe, expect, it } from "vitest";
import { features, forecast, METHODS, normal, random, suitableMethods } from "../../src/index.ts";
import { demandPattern } from "../../src/intermittent/demand-pattern.ts";

it("tells the four demand patterns apart by ADI and CV²", () => {
  expect(demandPattern(Float64Array.of(5, 5, 6, 5))).toMatchObject({ adi: 1, pattern: "smooth" });
  expect(demandPattern(Float64Array.of(1, 20, 1, 1))).toMatchObject({ adi: 1, pattern: "erratic" });
  expect(demandPattern(Float64Array.of(0, 0, 5, NaN, 0, 5))).toEqual({ adi: 2.5, cv2: 0, pattern: "intermittent" });
  // Mean 8, population variance 36.
  expect(demandPattern(Float64Array.of(0, 2, 0, 14))).toEqual({ adi: 2, cv2: 36 / 64, pattern: "lumpy" });
  expect(demandPattern(Float64Array.of(0, 2, 0, -14)).pattern).toBeNull();
  expect(demandPattern(Float64Array.of(0, 0))).toEqual({ adi: NaN, cv2: NaN, pattern: null });
});

describe("the average demand interval of a season", () => {
  const z = random(3);
  /** Returns sales on the days of a week with a mean, and no sales on the others. */
  const shop = (weeks: number, days: readonly number[]) =>
    Float64Array.from({ length: 7 * weeks }, (_, t) => days[t % 7]! && days[t % 7]! + normal(z));
  const weekdays = shop(20, [100, 120, 140, 160, 180, 0, 0]);
  const winter = (years: number) =>
    Float64Array.from({ length: 12 * years }, (_, t) => (t % 12 < 3 ? 0 : 10 + (t % 12)));
  const adi = (y: Float64Array, period: number) => demandPattern(y, period).adi;

  it("is 1 where phases without demand are all that has zeros", () => {
    expect(adi(weekdays, 1)).toBe(7 / 5);
    expect(demandPattern(weekdays, 7)).toMatchObject({ adi: 1, pattern: "smooth" });
    for (const years of [2, 3, 5]) {
      expect(adi(winter(years), 1)).toBe(12 / 9);
      expect(adi(winter(years), 12)).toBe(1);
    }
    expect(adi(weekdays.with(0, NaN).with(5, NaN).with(80, NaN), 7)).toBe(1);
  });
  it("hardly counts a day that a closed shop opens on", () => {
    const year = shop(
      52,
      [1, 1, 1, 1, 0, 0, 0].map((open) => 100 * open),
    );
    // 208 demands of days that always have one, and 2 of days of which 1 in 51 others has one.
    expect(adi(year.with(13, 150).with(62, 140), 7)).toBeCloseTo(210 / (208 + 2 / 51), 12);
  });
  it("stays that of the phases in which demand comes, where it is rare in them too", () => {
    const uniform = random(5);
    const rare = Float64Array.from({ length: 700 }, (_, t) => (t % 7 < 5 && uniform() < 0.3 ? 4 : 0));
    const open = rare.filter((_, t) => t % 7 < 5);
    const plain = open.length / open.filter((value) => value > 0).length;
    expect(Math.abs(adi(rare, 7) / plain - 1)).toBeLessThan(0.05);
    expect(demandPattern(rare, 7).pattern).toBe("intermittent");
  });
  it("is the plain one of demand that knows no season, in 95 of 100 series", () => {
    const uniform = random(6);
    let same = 0;
    for (let series = 0; series < 1000; series++) {
      const y = Float64Array.from({ length: 120 }, () => (uniform() < 0.5 ? 4 : 0));
      if (adi(y, 12) === adi(y, 1)) same++;
    }
    // Three standard errors of the test's size.
    expect(same).toBeGreaterThan(950 - 21);
    expect(same).toBeLessThan(950 + 21);
  });
  it("decides the method", () => {
    expect(suitableMethods(weekdays, 7)).toContain("ets");
    expect(suitableMethods(weekdays)).toContain("croston");
    expect(features(weekdays, { period: 7 }).demand).toBe("smooth");
    expect(() => suitableMethods(weekdays, 0.5)).toThrow("period is 0.5");
    // The means that the series was made with; R's auto.arima and ets are as near.
    const week = forecast(METHODS.best(weekdays, 7), { h: 7 }).mean;
    [100, 120, 140, 160, 180, 0, 0].forEach((value, i) => expect(Math.abs(week[i]! - value)).toBeLessThan(1.5));
    const year = forecast(METHODS.best(winter(5), 12), { h: 12 }).mean;
    year.forEach((value, i) => expect(Math.abs(value - (i < 3 ? 0 : 10 + i))).toBeLessThan(0.05));
  });
});
