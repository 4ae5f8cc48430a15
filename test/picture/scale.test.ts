import fc from "fast-check";
import { expect, it } from "vitest";
import { linearScale, rangeOf } from "../../src/picture/scale.ts";

const texts = (low: number, high: number, count: number, kind?: "calendar") =>
  linearScale([low, high], [0, 100], count, kind).ticks.map(({ text }) => text);

it("ticks of numbers are multiples of 1, 2 or 5 times a power of ten", () => {
  expect(texts(0, 1, 5)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  expect(texts(-3, 12, 4)).toEqual(["0", "5", "10"]);
  expect(texts(0, 40_000, 4)).toEqual(["0", "10,000", "20,000", "30,000", "40,000"]);
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

it("for any data, ticks lie in the range and are few", () => {
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

it("ticks of any size are distinct", () => {
  expect(texts(0.9e9, 1.1e9, 4)).toEqual(["0.9 B", "0.95 B", "1 B", "1.05 B", "1.1 B"]);
  expect(texts(-5e-7, 2e-6, 4)).toEqual(["0", "1e−6", "2e−6"]);
  expect(texts(1_000_000, 1_000_000.002, 2)).toEqual(["1,000,000", "1,000,000.001", "1,000,000.002"]);
  expect(texts(1.0e15, 1.1e15, 2)).toEqual(["1e15", "1.05e15", "1.1e15"]);
  expect(texts(-1e-9, 1e-9, 2)).toEqual(["−1e−9", "0", "1e−9"]);
  expect(texts(0, 1_500_000, 3)).toEqual(["0", "0.5 M", "1 M", "1.5 M"]);
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e18, max: 1e18 }),
      fc.double({ noNaN: true, min: 1e-12, max: 1e18 }),
      fc.integer({ min: 2, max: 8 }),
      (low, span, count) => {
        // Where the two are told apart by a double at all.
        fc.pre(span > 1e-9 * Math.abs(low));
        const written = texts(low, low + span, count);
        expect(new Set(written).size, written.join(" ")).toBe(written.length);
      },
    ),
  );
});
