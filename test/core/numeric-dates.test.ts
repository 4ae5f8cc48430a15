import { describe, expect, it } from "vitest";
import { numericDates } from "../../src/core/numeric-dates.ts";

describe("numericDates", () => {
  it("recognises days and months, and nothing that is no date", () => {
    expect(numericDates([20250131, 20250201, NaN])).toBe("%Y%m%d");
    expect(numericDates([20240229, 20240301])).toBe("%Y%m%d");
    expect(numericDates([202512, 202601])).toBe("%Y%m");
    for (const numbers of [
      [20250131, 20250132],
      [20250229, 20250301],
      [20250131, 202502],
      // Weeks of a year, and plain numbers.
      [202512, 202552],
      [1, 2, 3],
      [20250131.5, 20250201],
      [18991231, 19000101],
      // A number alone says too little.
      [20250131, 20250131],
      [],
    ])
      expect(numericDates(numbers), String(numbers)).toBeUndefined();
  });
});
