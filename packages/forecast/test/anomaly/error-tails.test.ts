import { describe, expect, it } from "vitest";
import { fitTails, tailQuantile } from "../../src/anomaly/error-tails.ts";
import { normal, normalQuantile, random, studentQuantile } from "../../src/index.ts";

const uniform = random(3);
const gaussian = Float64Array.from({ length: 20_000 }, () => normal(uniform));
const student = Float64Array.from({ length: 20_000 }, () => studentQuantile(uniform(), 4));

describe("fitTails", () => {
  it("finds normal errors normal", () => {
    for (const tail of fitTails(gaussian)) {
      expect(tail.df).toBeNull();
      expect(Math.abs(tailQuantile(tail, 5e-5) / -normalQuantile(5e-5) - 1)).toBeLessThan(0.05);
    }
  });
  it("finds heavy tails, one side at a time", () => {
    const [below, above] = fitTails(student.map((error) => (error < 0 ? error : 3 * error)));
    expect(Math.abs(tailQuantile(below, 5e-4) / -studentQuantile(5e-4, 4) - 1)).toBeLessThan(0.12);
    expect(Math.abs(tailQuantile(above, 5e-4) / (-3 * studentQuantile(5e-4, 4)) - 1)).toBeLessThan(0.12);
  });
});
