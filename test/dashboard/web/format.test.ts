import { expect, it } from "vitest";
import { axisLabels, measure } from "../../../src/dashboard/web/format.ts";

it("numbers of a column are written alike, however large", () => {
  expect([10_900_000, 8_366_380, 34_500_700, -1_000_336_554.93].map(measure)).toEqual([
    ...["10,900,000", "8,366,380", "34,500,700", "−1,000,336,555"],
  ]);
  expect([0, 0.1234, 12.345, 1e-9, 1e15].map(measure)).toEqual(["0.000", "0.123", "12.35", "1.00e−9", "1.00e+15"]);
});

it("an axis has one unit, and digits that tell its numbers apart", () => {
  expect(axisLabels([34_000_000, 34_500_000, 35_000_000])).toEqual(["34 M", "34.5 M", "35 M"]);
  expect(axisLabels([-1_000_340_000, -1_000_330_000])).toEqual(["−1,000.34 M", "−1,000.33 M"]);
  expect(axisLabels([0, 5, 10])).toEqual(["0", "5", "10"]);
  expect(axisLabels([0.1, 0.15, 0.2])).toEqual(["0.1", "0.15", "0.2"]);
  expect(axisLabels([0, 5e-10, 1e-9])).toEqual(["0", "5e−10", "1e−9"]);
});
