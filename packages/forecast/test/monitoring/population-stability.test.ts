import { describe, expect, it } from "vitest";
import { aucError, populationStability } from "../../src/entries/monitoring.ts";

const repeated = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([text, count]) => new Array<string>(count).fill(text));

describe("the population stability index", () => {
  it("adds up (q - p) log(q / p) over categories", () => {
    const { psi, bins } = populationStability(repeated({ a: 50, b: 30, c: 20 }), repeated({ a: 20, b: 30, c: 50 }));
    // (0.2 - 0.5) log(0.2 / 0.5) + 0 + (0.5 - 0.2) log(0.5 / 0.2) = 0.6 log 2.5.
    expect(psi).toBeCloseTo(0.6 * Math.log(2.5), 14);
    expect(bins).toBe(3);
  });

  it("is 0, with a probability of 1, for the same rows", () => {
    const rows = Float64Array.from({ length: 100 }, (_, i) => i % 17);
    expect(populationStability(rows, rows.toReversed())).toMatchObject({ psi: 0, p: 1 });
  });

  it("has bins between deciles of the reference, as R counts them", () => {
    // R: e <- quantile(x, 1:9 / 10), findInterval(x, e, left.open = TRUE), of x = 0 … 99 and x * x / 99.
    const x = Float64Array.from({ length: 100 }, (_, i) => i);
    const { psi, p } = populationStability(
      x,
      x.map((value) => (value * value) / 99),
    );
    expect(psi).toBeCloseTo(0.38907930697439869, 12);
    // R: pchisq(psi / (1 / 100 + 1 / 100), 9, lower.tail = FALSE).
    expect(p / 0.021597986727255974).toBeCloseTo(1, 9);
  });

  it("counts a bin that one side lacks as half a row, and missing values as a bin", () => {
    const { psi, bins } = populationStability(["a", "a", "a", null], ["a", "a", "b", "b"]);
    const of = (p: number, q: number) => (q - p) * Math.log(q / p);
    expect(psi).toBeCloseTo(of(3 / 4, 2 / 4) + of(1 / 4, 0.5 / 4) + of(0.5 / 4, 2 / 4), 14);
    expect(bins).toBe(3);
    const numbers = populationStability(Float64Array.of(1, 2, NaN), Float64Array.of(1, 2, NaN), { bins: 2 });
    expect(numbers).toMatchObject({ psi: 0, bins: 3 });
  });

  it("has no value without rows, and is 0 where all are equal", () => {
    expect(populationStability([], ["a"]).psi).toBeNaN();
    expect(populationStability(["a"], ["a", "a"])).toMatchObject({ psi: 0, bins: 1 });
    expect(() => populationStability([], [], { bins: 1 })).toThrow("bins");
  });
});

it("the standard error of an AUC is Hanley and McNeil's", () => {
  // Q1 = 0.85 / 1.15 and Q2 = 2 * 0.85^2 / 1.85, by hand in their formula.
  expect(aucError(0.85, 40, 40)).toBeCloseTo(0.04373749191686, 12);
  // An area of 0.5 of one row each: only 0 and 1 are possible, with a standard deviation of 0.5.
  expect(aucError(0.5, 1, 1)).toBeCloseTo(0.5, 14);
  expect(aucError(0.5, 0, 10)).toBeNaN();
});
