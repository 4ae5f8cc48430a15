import { describe, expect, it } from "vitest";
import { boundForecast, checkBounds, findBounds } from "../../src/core/bounds.ts";

const values = (...numbers: number[]) => Float64Array.from(numbers);

describe("boundForecast", () => {
  // By the definition: a quantile q of max(0, X) is max(0, q), and so is a bound of an interval.
  it("bounds points and quantiles, and rounds intervals outwards and no point", () => {
    const forecast = { mean: values(-0.4, 0.3, 9.7), lower: [values(-3, -0.1, 4.9)], upper: [values(1.2, 2, 13.1)] };
    const bounds = { lower: values(0, 0, 0), upper: values(Number.NaN, 1.5, 12), isWhole: true };
    expect(boundForecast(forecast, bounds)).toEqual({
      mean: values(0, 0.3, 9.7),
      lower: [values(0, 0, 4)],
      upper: [values(2, 1.5, 12)],
    });
    expect(boundForecast(forecast, { isWhole: false })).toEqual(forecast);
  });

  it("keeps missing values, and prefers the floor to the ceiling", () => {
    const forecast = { mean: values(Number.NaN, 5), lower: [values(Number.NaN, 1)], upper: [values(Number.NaN, 9)] };
    expect(boundForecast(forecast, { lower: values(0, 7), upper: values(6, 6), isWhole: true })).toEqual({
      mean: values(Number.NaN, 7),
      lower: [values(Number.NaN, 7)],
      upper: [values(Number.NaN, 7)],
    });
  });
});

it("finds bounds among exports, and none where nothing is stated", () => {
  expect(findBounds({ target: "Y", lower_bound: 0, upper_bound: "CAP" })).toEqual({
    lower: 0,
    upper: "CAP",
    isWhole: false,
  });
  expect(findBounds({ integer: true })).toEqual({ isWhole: true });
  for (const none of [{ target: "Y", integer: false }, {}, [], null]) expect(findBounds(none)).toBeUndefined();
});

it("refuses a floor above the ceiling, and a column that is not there or not of numbers", () => {
  const columns = [
    { name: "CAP", type: "number" },
    { name: "SKU", type: "string" },
  ] as const;
  checkBounds({ lower: 0, upper: "cap", isWhole: false }, "SALES", columns);
  expect(() => checkBounds({ lower: 2, upper: 1, isWhole: false }, "SALES", columns)).toThrow("is above source.upper");
  expect(() => checkBounds({ lower: "sku", isWhole: false }, "SALES", columns)).toThrow('no column of numbers "sku"');
});
