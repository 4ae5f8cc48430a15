import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstGuess } from "../../src/ces/estimate.ts";
import { type Lanes, plainLanes } from "../../src/ces/lanes.ts";
import { kernelLanes } from "../../src/ces/lanes-kernel.ts";
import { gainsOf, startMoving } from "../../src/ces/recursion.ts";
import { normal, random } from "../../src/index.ts";

/** A form in each of two lanes with trials of both; series with missing values at any scale. */
const cases = fc
  .record({
    forms: fc.tuple(...[0, 1].map(() => fc.constantFrom("none", "simple", "partial", "full"))),
    period: fc.constantFrom(2, 3, 7, 12, 24),
    n: fc.integer({ min: 5, max: 90 }),
    seed: fc.nat(),
    scale: fc.constantFrom(1e-30, 1e-3, 1, 1e8),
    missing: fc.constantFrom(0, 0.2),
    idle: fc.boolean(),
  })
  .map(({ forms, period, n, seed, scale, missing, idle }) => {
    const source = random(seed);
    const y = Float64Array.from({ length: n }, () => (source() < missing ? NaN : scale * (20 + 3 * normal(source))));
    if (y.every(Number.isNaN)) y[0] = scale;
    const x = () => [0.5 + 1.5 * source(), 0.8 + 0.3 * source(), 1.2 * source(), 0.9 + 0.2 * source()];
    const trials = Array.from({ length: 3 }, () =>
      forms.map((form, lane) => (idle && lane === 1 ? undefined : gainsOf(form, x()))),
    );
    const guesses = forms.map((form) => startMoving(firstGuess(y, form, period)));
    return { y, period, guesses, trials, active: idle ? 1 : 2 };
  });

describe("the sum of squares of complex exponential smoothing", () => {
  it("has the same bits by the kernel, two at a time, and in TypeScript", () => {
    fc.assert(
      fc.property(cases, ({ y, period, guesses, trials, active }) => {
        const byKernel = kernelLanes(y, period);
        if (byKernel === undefined) throw new Error("this engine runs no kernel");
        const evaluate = (lanes: Lanes) => {
          // Another search, of as many states or more, was in the lane before.
          for (const order of [[...guesses].reverse(), guesses])
            order.forEach((guess, lane) => lanes.start(lane, guess));
          return trials.map((gains) => Array.from(lanes.squares(gains)).slice(0, active));
        };
        expect(evaluate(byKernel)).toEqual(evaluate(plainLanes(y)));
      }),
      { numRuns: 400 },
    );
  });

  it("is computed in TypeScript for a series that is longer than the kernel's memory", () => {
    expect(kernelLanes(new Float64Array(8), 2 ** 27)).toBeUndefined();
  });
});
