import { describe, expect, it } from "vitest";
import { accuracy, mae, mape, mase, me, pinball, rmse, rmsse, smape, wape } from "../../src/index.ts";

describe("accuracy", () => {
  const actual = [10, 20, 30];
  const forecast = [12, 18, 33];
  it("by hand", () => {
    expect(me(actual, forecast)).toBeCloseTo(-1, 12);
    expect(mae(actual, forecast)).toBeCloseTo(7 / 3, 12);
    expect(rmse(actual, forecast)).toBeCloseTo(Math.sqrt(17 / 3), 12);
    expect(mape(actual, forecast)).toBeCloseTo((20 + 10 + 10) / 3, 12);
    expect(smape(actual, forecast)).toBeCloseTo((200 * (2 / 22 + 2 / 38 + 3 / 63)) / 3, 12);
    // In-sample naive errors of 1, 2, 4, 3: 1, 2, 1; their mean 4 / 3.
    expect(mase(actual, forecast, [1, 2, 4, 3])).toBeCloseTo(7 / 3 / (4 / 3), 12);
    expect(mase(actual, forecast, [1, 2, 4, 3], 2)).toBeCloseTo(7 / 3 / 2, 12);
    expect(wape(actual, forecast)).toBeCloseTo((100 * 7) / 60, 12);
    expect(rmsse(actual, forecast, [1, 2, 4, 3])).toBeCloseTo(Math.sqrt(17 / 3 / 2), 12);
    expect(pinball(actual, forecast, 0.9)).toBeCloseTo((0.1 * 2 + 0.9 * 2 + 0.1 * 3) / 3, 12);
    expect(() => pinball(actual, forecast, 1)).toThrow("p is 1");
  });
  it("has each measure to the bit, over the steps that are observed", () => {
    const training = Float64Array.from({ length: 40 }, (_, t) => (t === 9 ? NaN : Math.sin(t) * 10 ** (t % 5)));
    const truth = Float64Array.from({ length: 23 }, (_, t) => Math.cos(3 * t) * 10 ** (t % 4));
    const guess = truth.map((value, t) => value + Math.sin(7 * t) / 3);
    const withGap = Float64Array.of(...truth.slice(0, 5), NaN, ...truth.slice(5));
    const guessed = Float64Array.of(...guess.slice(0, 5), 1e9, ...guess.slice(5));
    expect(accuracy(withGap, guessed, { training, period: 7 })).toEqual({
      me: me(truth, guess),
      rmse: rmse(truth, guess),
      mae: mae(truth, guess),
      mape: mape(truth, guess),
      smape: smape(truth, guess),
      wape: wape(truth, guess),
      mase: mase(truth, guess, training, 7),
      rmsse: rmsse(truth, guess, training, 7),
    });
  });
  it("is NaN, never Infinity, where it is not defined", () => {
    expect(mape([0, 1], [1, 1])).toBeNaN();
    expect(wape([0, 0], [1, 1])).toBeNaN();
    expect(wape([0, 2], [1, 1])).toBe(100);
    expect(rmsse([1], [2], [5, 5, 5])).toBeNaN();
    expect(smape([0, 1], [0, 1])).toBe(0);
    expect(mase([1], [2], [5, 5, 5])).toBeNaN();
    expect(mae([NaN, 1], [1, 1])).toBeNaN();
    expect(accuracy([], [])).toEqual({
      me: NaN,
      rmse: NaN,
      mae: NaN,
      mape: NaN,
      smape: NaN,
      wape: NaN,
      mase: NaN,
      rmsse: NaN,
    });
  });
  it("all at once leaves out steps without an actual value", () => {
    expect(accuracy([10, NaN, 30], [12, 99, 33], { training: [1, 2] })).toEqual(
      accuracy([10, 30], [12, 33], { training: [1, 2] }),
    );
  });
  it("refuses different lengths", () => {
    expect(() => accuracy([1], [1, 2])).toThrow("1 actual values but 2 forecasts");
  });
});
