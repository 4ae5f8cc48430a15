import { expect, it } from "vitest";
import { stretchOf } from "../../../src/dashboard/totals/stretch.ts";

const DAY = 86_400_000;
const days = (from: number, n: number) => Array.from({ length: n }, (_, i) => (from + i) * DAY);

it("sums the next steps, the last ones and the same weekdays of the year before", () => {
  const history = Array.from({ length: 400 }, (_, day) => day);
  const forecast = Array.from({ length: 40 }, () => 1);
  // By hand: days 370 to 399, and days 400 - 364 = 36 to 65.
  expect(stretchOf(days(0, 440), history, forecast)).toEqual({
    steps: 30,
    next: 30,
    last: (30 * (370 + 399)) / 2,
    lastYear: (30 * (36 + 65)) / 2,
  });
});

it("takes the same month of the year before for months", () => {
  const times = Array.from({ length: 26 }, (_, month) => Date.UTC(2024, month, 1));
  const history = Array.from({ length: 24 }, (_, month) => month);
  expect(stretchOf(times, history, [5, 5])).toEqual({ steps: 2, next: 10, last: 45, lastYear: 12 + 13 });
});

it("knows no sum of which a part is missing", () => {
  expect(stretchOf(days(0, 4), [1, null], [2, 2])).toEqual({ steps: 2, next: 4, last: null, lastYear: null });
  expect(stretchOf(null, [1], [2, null])).toEqual({ steps: 2, next: null, last: null, lastYear: null });
  expect(stretchOf(days(0, 1), [1], [])).toEqual({ steps: 0, next: null, last: null, lastYear: null });
});
