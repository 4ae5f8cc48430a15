import { expect, it } from "vitest";
import { formatTime } from "../../src/model/interval.ts";
import { ForecastTimes } from "../../src/work/forecast-times.ts";

const DAY = { name: "DAY", type: "date" } as const;
const dates = (times: Float64Array | null) => Array.from(times ?? [], (time) => formatTime("date", time));

it("follows the newest observation, at the series' own interval", () => {
  const times = new ForecastTimes();
  const series = { lastTs: "2026-01-30", interval: "P1D" };
  expect(dates(times.after(DAY, series, 0, 2))).toEqual(["2026-01-31", "2026-02-01"]);
  expect(dates(times.after(DAY, series, 3, 2))).toEqual(["2026-02-03", "2026-02-04"]);
  expect(dates(times.after(DAY, { ...series, interval: "P7D" }, 0, 1))).toEqual(["2026-02-06"]);
  expect(times.after(null, series, 0, 2)).toBeNull();
  expect(times.after(DAY, { lastTs: null, interval: "P1D" }, 0, 2)).toBeNull();
});

it("keeps the last times for a series that ends together with the one before", () => {
  const times = new ForecastTimes();
  const series = { lastTs: "2026-01-30", interval: "P1D" };
  const first = times.after(DAY, series, 0, 2);
  expect(times.after(DAY, { ...series }, 0, 2)).toBe(first);
  expect(new ForecastTimes().after(DAY, series, 0, 2)).not.toBe(first);
});

it("does not keep the times of a text that is no interval", () => {
  const times = new ForecastTimes();
  const odd = { lastTs: "2026-01-30", interval: "weekly" };
  expect(() => times.after(DAY, odd, 0, 2)).toThrow("not an interval");
  expect(() => times.after(DAY, odd, 0, 2)).toThrow("not an interval");
});
