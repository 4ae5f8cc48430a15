import { describe, expect, it } from "vitest";
import { forecast, METHODS } from "../../src/index.ts";

describe("with too few observations to tell a variance", () => {
  for (const [name, fit] of Object.entries(METHODS))
    it(`${name} gives no bounds for one observation, or refuses it`, () => {
      let model: ReturnType<typeof fit>;
      try {
        model = fit(Float64Array.of(7), 1);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      const { mean, lower, upper } = forecast(model, { h: 2, levels: [0, 95] });
      expect([...mean].every(Number.isFinite)).toBe(true);
      expect([lower[1]![0], upper[1]![1]]).toEqual([NaN, NaN]);
    });

  for (const [name, fit] of Object.entries(METHODS))
    it(`${name} knows a variance of two blocks around a long gap, or refuses them`, () => {
      const y = Float64Array.from({ length: 1000 }, (_, t) => (t < 50 || t >= 950 ? 10 + ((t * 7919) % 11) / 2 : NaN));
      let model: ReturnType<typeof fit>;
      try {
        model = fit(y, 1);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      const { lower, upper } = forecast(model, { h: 1, levels: [95] });
      expect(upper[0]![0]! - lower[0]![0]!).not.toBe(0);
    }, 60_000);
});
