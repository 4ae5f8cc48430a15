import { describe, expect, it } from "vitest";
import { fitted, forecast, seasonalWindowAverage, update, windowAverage } from "../../src/index.ts";

const y = [9, 1, 2, 3, 4, 8, NaN, 6];

describe("window averages", () => {
  it("average the last values, missing ones left out", () => {
    expect([...forecast(windowAverage(y, { window: 3 }), { h: 2 }).mean]).toEqual([7, 7]);
    expect([...fitted(windowAverage(y, { window: 3 }), y)]).toEqual([NaN, NaN, NaN, 4, 2, 3, 5, 6]);
  });
  it("average the same season", () => {
    expect([...forecast(seasonalWindowAverage(y, { period: 4, window: 2 }), { h: 5 }).mean]).toEqual([
      6.5, 4.5, 2, 4.5, 6.5,
    ]);
  });
  it("have the mean squared one-step error as variance", () => {
    const model = windowAverage([1, 1, 4, 1], { window: 2 });
    expect(model.sigma2).toBeCloseTo((9 + 2.25) / 2, 12);
    const { upper, mean } = forecast(model, { h: 3, levels: [95] });
    expect(upper[0]![2]! - mean[2]!).toBeCloseTo(1.959964 * Math.sqrt(5.625), 5);
  });
  it("update to the forecasts of a fit to the longer series", () => {
    const moved = update(seasonalWindowAverage(y, { period: 4, window: 2 }), [5, NaN, 7]);
    const whole = seasonalWindowAverage([...y, 5, NaN, 7], { period: 4, window: 2 });
    expect(moved.last).toEqual(whole.last);
    expect(moved.nobs).toBe(whole.nobs);
  });
  it("refuse a window that does not fit", () => {
    expect(() => windowAverage(y, { window: 9 })).toThrow(/window is 9/);
    expect(() => seasonalWindowAverage([1, 2, NaN, 4], { period: 2, window: 1 })).toThrow(/no observed value/);
  });
});
