import { expect, it } from "vitest";
import type { SeriesPicture } from "../../src/dashboard/wire.ts";
import { packPicture, unpackPicture } from "../../src/dashboard/wire-series.ts";

const DAY = 86_400_000;
const y = [null, 10.5, 12.25, 9];
const fitted = [null, 10, 12.123456789, null];
const season = [1 / 3, -1 / 3, 1 / 3, -1 / 3];
const picture = (residuals: (number | null)[]): SeriesPicture => ({
  ...{
    target: "units",
    timeType: "date",
    periods: [2],
    y,
    trained: 4,
    newer: null,
    since: null,
    fitted,
    forecast: null,
  },
  ...{ earlier: null, holdout: 0, marks: [], effects: [], methods: [], stretch: null },
  times: [5, 6, 8, 9].map((day) => day * DAY),
  components: {
    source: "stl",
    parts: [
      { name: "season of 2", values: season },
      { name: "remainder", values: y.map((value, i) => (value === null ? null : value - (season[i] ?? 0))) },
    ],
  },
  diagnostics: {
    ...{ residuals, acf: [], acfBound: 0, mean: null, sd: null, ljungBox: null },
    histogram: { from: 0, to: 1, counts: [] },
  },
});

it("leaves out what follows from other lines, and adds it up again to eight digits", () => {
  const whole = picture([null, 0.5, 12.25 - 12.123456789, null]);
  const packed = packPicture(whole);
  expect([packed.diagnostics?.residuals, packed.components?.parts[1]?.values]).toEqual([[], []]);
  expect(packed.times).toEqual([5 * DAY, DAY, 2 * DAY, DAY]);
  const unpacked = unpackPicture(packed);
  expect(unpacked.times).toEqual(whole.times);
  expect(unpacked.diagnostics?.residuals[0]).toBeNull();
  expect(unpacked.diagnostics?.residuals[2]).toBeCloseTo(0.126543211, 6);
  expect(unpacked.components?.parts[1]?.values[3]).toBeCloseTo(9 + 1 / 3, 7);
});

it("sends one-step errors that are not of the fitted values", () => {
  const errors = [null, 0.4, 0.1, null];
  expect(unpackPicture(packPicture(picture(errors))).diagnostics?.residuals).toEqual(errors);
});
