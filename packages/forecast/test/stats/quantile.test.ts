import { describe, expect, it } from "vitest";
import { sampleQuantile } from "../../src/stats/quantile.ts";

describe("sampleQuantile", () => {
  it("is R's of type 7", () => {
    const values = Float64Array.from([1, 2, 4, 7, 11]);
    // quantile(c(1, 2, 4, 7, 11), c(0, 0.1, 0.5, 0.95, 1)) of R 4.2: 1.0, 1.4, 4.0, 10.2, 11.0.
    const judged = [1, 1.4, 4, 10.2, 11];
    for (const [i, p] of [0, 0.1, 0.5, 0.95, 1].entries())
      expect(sampleQuantile(values, p)).toBeCloseTo(judged[i]!, 12);
    expect(sampleQuantile(Float64Array.of(3), 0.95)).toBe(3);
    expect(sampleQuantile(new Float64Array(0), 0.5)).toBeNaN();
  });
});
