import { describe, expect, it } from "vitest";
import { benjaminiHochberg, binomialTail, coverageLoss, growth } from "../../src/index.ts";

describe("tests of shares", () => {
  it("add up the binomial distribution's tail exactly", () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    for (const [count, trials, p] of [
      [3, 10, 0.05],
      [1, 30, 0.2],
      [30, 30, 0.1],
      [12, 28, 0.25],
    ] as const) {
      let sum = 0;
      for (let k = count; k <= trials; k++) sum += choose(trials, k) * p ** k * (1 - p) ** (trials - k);
      expect(Math.abs(binomialTail(count, trials, p) / sum - 1)).toBeLessThan(1e-10);
    }
    expect(binomialTail(0, 10, 0.1)).toBe(1);
  });
  it("lose certainty where errors are correlated, and say nothing of nothing", () => {
    expect(coverageLoss(6, 30, 0.9)).toBeCloseTo(binomialTail(6, 30, 0.1), 12);
    expect(coverageLoss(6, 30, 0.9, 0.7)).toBeGreaterThan(2 * coverageLoss(6, 30, 0.9));
    expect(coverageLoss(0, 0, 0.9)).toBeNaN();
    expect(growth(0, 0, { seen: 0, length: 100 })).toBeNaN();
  });
  it("do not take a first zero for a proof, but a fortnight of them", () => {
    expect(growth(1, 30, { seen: 0, length: 365 })).toBeGreaterThan(0.05);
    expect(growth(14, 30, { seen: 0, length: 365 })).toBeLessThan(1e-20);
    expect(growth(14, 30, { seen: 180, length: 365 })).toBeGreaterThan(0.5);
  });
  it("reject those that Benjamini and Hochberg's own example rejects", () => {
    // The fifteen p-values of their section 3.2: at 5 %, the first four.
    const p = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459],
      ...[0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
    ];
    const adjusted = benjaminiHochberg(Float64Array.from([NaN, ...p.toReversed()]));
    expect(adjusted[0]).toBeNaN();
    expect([...adjusted.subarray(1)].map((value) => value <= 0.05).toReversed()).toEqual(p.map((_, i) => i < 4));
    expect(adjusted.at(-1)).toBeCloseTo(15 * 0.0001, 12);
    expect(adjusted[1]).toBe(1);
  });
});
