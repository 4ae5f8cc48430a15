import { describe, expect, it } from "vitest";
import { logGamma, normalQuantile, studentQuantile } from "../../src/index.ts";

const close = (got: number, expected: number, tolerance: number) =>
  expect(Math.abs(got - expected) / Math.max(1, Math.abs(expected)), `${got} vs ${expected}`).toBeLessThan(tolerance);

// Expected values: mpmath 1.3 (Python) with 40 digits, printed with 17.
describe("distributions", () => {
  it("normal quantiles", () => {
    close(normalQuantile(0.975), 1.9599639845400542, 1e-15);
    close(normalQuantile(0.9), 1.2815515655446005, 1e-15);
    close(normalQuantile(1e-10), -6.3613409024040562, 1e-14);
    close(normalQuantile(1e-300), -37.047096299361199, 1e-13);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(NaN)]).toEqual([NaN, NaN, NaN]);
  });
  it("Student's t quantiles", () => {
    close(studentQuantile(0.975, 1), 12.706204736174705, 1e-11);
    close(studentQuantile(0.975, 5), 2.5705818356363155, 1e-11);
    close(studentQuantile(0.9, 113), 1.2890883547514791, 1e-11);
    close(studentQuantile(0.025, 5), -2.5705818356363155, 1e-11);
    close(studentQuantile(0.995, 2.5), 7.1637281389487855, 1e-11);
    // Two pairs of one sum, in turn; with 2 degrees of freedom the quantile is (2 p - 1) sqrt(2 / (4 p (1 - p))).
    for (const _ of [1, 2]) {
      expect(studentQuantile(0.875, 1.875)).toBeGreaterThan(1.6);
      close(studentQuantile(0.75, 2), 0.5 * Math.sqrt(2 / 0.75), 1e-11);
    }
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(studentQuantile(2, 3)).toBeNaN();
  });
  it("the logarithm of the gamma function", () => {
    close(logGamma(0.5), 0.57236494292470009, 1e-14);
    close(logGamma(10), 12.80182748008147, 1e-14);
    close(logGamma(1e3), 5905.2204232091812, 1e-13);
  });
});
