import { describe, expect, it } from "vitest";
import { forecast, METHODS } from "../../src/index.ts";

/** Those that refuse a single observation. */
const REFUSE = "bats ces drift dynamic-theta holt-winters linear seasonal-window-average tbats theta window-average";

describe("with too few observations to tell a variance", () => {
  for (const [name, fit] of Object.entries(METHODS)) {
    const one = Float64Array.of(7);
    if (REFUSE.split(" ").includes(name))
      it(`${name} refuses one observation`, () => {
        expect(() => fit(one, 1)).toThrow(RangeError);
      });
    else
      it(`${name} gives no bounds for one observation`, () => {
        const { mean, lower, upper } = forecast(fit(one, 1), { h: 2, levels: [0, 95] });
        expect([...mean].every(Number.isFinite)).toBe(true);
        expect([lower[1]![0], upper[1]![1]]).toEqual([NaN, NaN]);
      });

    it(`${name} knows a variance of two blocks around a long gap`, () => {
      const y = Float64Array.from({ length: 1000 }, (_, t) => (t < 50 || t >= 950 ? 10 + ((t * 7919) % 11) / 2 : NaN));
      const { lower, upper } = forecast(fit(y, 1), { h: 1, levels: [95] });
      expect(upper[0]![0]! - lower[0]![0]!).not.toBe(0);
    }, 60_000);
  }
});
