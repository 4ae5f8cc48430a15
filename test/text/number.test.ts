import fc from "fast-check";
import { expect, it } from "vitest";
import { axisFormat, formatNumber, measure, partsOfSum } from "../../src/text/number.ts";

const axis = (values: readonly number[]) =>
  values.map(axisFormat(values[0]!, values.at(-1)!, Math.abs(values[1]! - values[0]!)));

it("numbers of a column are written alike, however large", () => {
  expect([10_900_000, 8_366_380, 34_500_700, -1_000_336_554.93].map(measure)).toEqual([
    "10,900,000",
    "8,366,380",
    "34,500,700",
    "−1,000,336,555",
  ]);
  expect([0, 0.1234, 12.345, 1e-9, 1e15].map(measure)).toEqual(["0.000", "0.123", "12.35", "1.00e−9", "1.00e+15"]);
});

it("an axis writes thousands out, and millions in one unit", () => {
  expect(axis([0, 20_000, 40_000])).toEqual(["0", "20,000", "40,000"]);
  expect(axis([0, 0.5e6, 1e6])).toEqual(["0", "0.5 M", "1 M"]);
  expect(axis([34_000_000, 34_500_000, 35_000_000])).toEqual(["34 M", "34.5 M", "35 M"]);
  expect(axis([0.9e9, 0.95e9, 1e9])).toEqual(["0.9 B", "0.95 B", "1 B"]);
  expect(axis([-10, 0, 10])).toEqual(["−10", "0", "10"]);
});

it("an axis has the digits that tell its numbers apart, in a smaller unit if it needs one", () => {
  expect(axis([0.1, 0.15, 0.2])).toEqual(["0.1", "0.15", "0.2"]);
  expect(axis([-1_000_340_000, -1_000_330_000])).toEqual(["−1,000.34 M", "−1,000.33 M"]);
  expect(axis([1_000_000, 1_000_000.001])).toEqual(["1,000,000", "1,000,000.001"]);
});

it("an axis of very large or small numbers has powers of ten", () => {
  expect(axis([0, 5e-10, 1e-9])).toEqual(["0", "5e−10", "1e−9"]);
  expect(axis([0, 5e-5, 1e-4])).toEqual(["0", "5e−5", "1e−4"]);
  expect(axis([1e15, 1.05e15, 1.1e15])).toEqual(["1e15", "1.05e15", "1.1e15"]);
});

it("two numbers of an axis are never written alike", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e18, max: 1e18 }),
      fc.constantFrom(1, 2, 5),
      fc.integer({ min: -12, max: 17 }),
      fc.integer({ min: 2, max: 8 }),
      (low, times, power, count) => {
        const step = times * 10 ** power;
        // Where the two are told apart by a double at all.
        fc.pre(step > 1e-9 * Math.abs(low));
        const first = Math.ceil(low / step);
        const values = Array.from({ length: count }, (_, i) => (first + i) * step);
        const written = values.map(axisFormat(values[0]!, values.at(-1)!, step));
        expect(new Set(written).size, written.join(" ")).toBe(count);
      },
    ),
  );
});

it("a number by itself is written short", () => {
  expect([0.1 + 0.2, -0, 1234.5, 15_300, 2_500_000, -1_234_567].map((value) => formatNumber(value))).toEqual([
    "0.3",
    "0",
    "1,234.5",
    "15,300",
    "2.5 M",
    "−1.23 M",
  ]);
});

it("a number by itself is never 0 unless it is, and 0 has no sign", () => {
  expect([1e-6, -1.2e-9, 0.0037, -0.0001, 1e15, 0.00000001].map((value) => formatNumber(value, 3))).toEqual([
    "1e−6",
    "−1.2e−9",
    "0.0037",
    "−0.0001",
    "1e15",
    "1e−8",
  ]);
  expect(formatNumber(-0, 3)).toBe("0");
});

it("rounds parts so that they add up to the sum as it is shown", () => {
  // Hamilton's apportionment of 10 seats to 4.7, 1.6, 1.59, 1.2, 0.6 and 0.31 quotas is 5, 2, 1, 1, 1, 0.
  expect(partsOfSum([1004.7, 1.6, 1.59, 1.2, 0.6, 0.31])).toEqual(["1,005", "2", "1", "1", "1", "0"]);
  expect(partsOfSum([1097.4, 1604.4])).toEqual(["1,098", "1,604"]);
  expect(partsOfSum([-0.26, 100.26])).toEqual(["−0.3", "100.3"]);
  expect(partsOfSum([1 / 3, 1 / 3, 1 / 3])).toEqual(["0.334", "0.333", "0.333"]);
  expect(partsOfSum([1.26, null])).toEqual(["1.260", "–"]);
  expect(partsOfSum([])).toEqual([]);
});
