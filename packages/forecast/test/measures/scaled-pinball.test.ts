import { describe, expect, it } from "vitest";
import { mase, scaledPinball } from "../../src/index.ts";

const forecast = {
  mean: Float64Array.of(12, 18),
  levels: [80],
  lower: [Float64Array.of(8, 21)],
  upper: [Float64Array.of(11, 25)],
};

describe("scaledPinball", () => {
  it("is what the definition gives by hand", () => {
    // At 0.5: (1 + 1) / 2; at 0.1: (0.2 + 0.9) / 2; at 0.9: (0.1 + 0.5) / 2; the scale is 2.
    expect(scaledPinball([10, 20], forecast, { training: [1, 3, 5], period: 1 })).toBeCloseTo((1 + 0.55 + 0.3) / 3, 12);
  });

  it("leaves missing values out, and is NaN without a scale or a bound", () => {
    const scale = { training: [1, 3, 5], period: 1 };
    expect(scaledPinball([10, NaN], forecast, scale)).toBeCloseTo((1 + 0.2 + 0.1) / 3, 12);
    expect(scaledPinball([NaN, NaN], forecast, scale)).toBeNaN();
    expect(scaledPinball([10, 20], forecast, { training: [1, 1], period: 1 })).toBeNaN();
    expect(scaledPinball([10, 20], { ...forecast, lower: [Float64Array.of(NaN, NaN)] }, scale)).toBeNaN();
    expect(scaledPinball([10, 20, 30], forecast, scale)).toBeNaN();
  });

  it("is the MASE of a forecast without bounds", () => {
    const point = { ...forecast, levels: [], lower: [], upper: [] };
    const training = [1, 3, 5, 4, 9];
    expect(scaledPinball([10, 20], point, { training, period: 2 })).toBeCloseTo(
      mase([10, 20], point.mean, training, 2),
      12,
    );
  });
});
