import fc from "fast-check";
import { expect, it } from "vitest";
import { formatNumber, linearScale, rangeOf } from "../../src/picture/scale.ts";

const texts = (low: number, high: number, count: number, kind?: "calendar") =>
  linearScale([low, high], [0, 100], count, kind).ticks.map(({ text }) => text);

it("ticks of numbers are multiples of 1, 2 or 5 times a power of ten", () => {
  expect(texts(0, 1, 5)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  expect(texts(-3, 12, 4)).toEqual(["0", "5", "10"]);
  expect(texts(0, 40_000, 4)).toEqual(["0", "10K", "20K", "30K", "40K"]);
});

it("ticks of a calendar are hours, days, months or years, in UTC", () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  expect(texts(at("2026-01-30T22:00"), at("2026-01-31T04:00"), 7, "calendar")).toEqual([
    "22:00",
    "23:00",
    "31 Jan",
    "01:00",
    "02:00",
    "03:00",
    "04:00",
  ]);
  expect(texts(at("2025-11-20T00:00"), at("2026-02-10T00:00"), 4, "calendar")).toEqual(["Dec", "2026", "Feb"]);
  expect(texts(at("1999-05-01T00:00"), at("2003-05-01T00:00"), 4, "calendar")).toEqual([
    "2000",
    "2001",
    "2002",
    "2003",
  ]);
});

it("whatever is drawn, ticks lie in the range and are few", () => {
  const finite = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(finite, finite, fc.integer({ min: 1, max: 10 }), fc.boolean(), (a, b, count, calendar) => {
      const [low, high] = rangeOf([[a, b]]);
      const scale = linearScale([low, high], [0, 100], count, calendar ? "calendar" : "number");
      expect(scale.ticks.length).toBeLessThanOrEqual(2 * count + 2);
      for (const { value } of scale.ticks) {
        expect(scale(value)).toBeGreaterThanOrEqual(-1e-6);
        expect(scale(value)).toBeLessThanOrEqual(100 + 1e-6);
      }
    }),
  );
});

it("numbers are written short", () => {
  expect([0.1 + 0.2, -0, 1234.5, 15_300, 2_500_000].map((value) => formatNumber(value))).toEqual([
    "0.3",
    "0",
    "1,234.5",
    "15.3K",
    "2.5M",
  ]);
});
