import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAdmissible } from "../../src/tbats/admissible.ts";
import { LEVEL, type TbatsForm, type TbatsParameters } from "../../src/tbats/form.ts";
import { run } from "../../src/tbats/recursion.ts";
import { createSystem, setParameters } from "../../src/tbats/system.ts";

const limit = 1 + 1e-6;

function systemWith(form: TbatsForm, parameters: Partial<TbatsParameters>) {
  const system = createSystem(form);
  setParameters(system, form, { alpha: 0, beta: 0, damping: null, gammaOne: [], gammaTwo: [], ...parameters });
  return system;
}

describe("isAdmissible", () => {
  it("is 0 ≤ alpha ≤ 2 of a level", () => {
    for (const [alpha, expected] of [
      [-0.01, false],
      [0, true],
      [1.99, true],
      [2.01, false],
    ] as const)
      expect(isAdmissible(systemWith(LEVEL, { alpha }), limit)).toBe(expected);
  });
  it("is the published region of a trend: beta from 0 to 4 − 2 alpha", () => {
    fc.assert(
      fc.property(
        // On a grid that no edge of the region runs through.
        fc.integer({ min: -50, max: 250 }).map((i) => (i + 0.3) / 100),
        fc.integer({ min: -50, max: 450 }).map((i) => (i + 0.1) / 100),
        (alpha, beta) => {
          const bounds = [alpha, beta, 4 - 2 * alpha - beta];
          const system = systemWith({ ...LEVEL, trend: true }, { alpha, beta });
          expect(isAdmissible(system, limit)).toBe(bounds.every((bound) => bound > 0));
        },
      ),
    );
  });
  it("is where the errors of a seasonal model forget their start", () => {
    const form: TbatsForm = { ...LEVEL, periods: [5.5], harmonics: [2], trend: true, damped: true };
    const gain = fc.double({ min: -0.3, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(gain, gain, gain, gain), ([alpha, beta, one, two]) => {
        const system = systemWith(form, { alpha, beta, damping: 0.9, gammaOne: [one], gammaTwo: [two] });
        const state = Float64Array.of(1, 0.3, 0.5, -0.2, 0.7, 0.9);
        const zeros = new Float64Array(2000);
        const out = new Float64Array(2000);
        const size = () => {
          run(system, state, zeros, { errors: out });
          return out.reduce((sum, error) => sum + error * error, 0);
        };
        const before = size();
        const after = size();
        fc.pre(before > 1e-200 && after < 1e200 && Math.abs(Math.log(after / before)) > 0.5);
        expect(isAdmissible(system, limit)).toBe(after < before);
      }),
      { numRuns: 200 },
    );
  });
});
