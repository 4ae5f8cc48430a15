import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EtsForm } from "../../src/ets/form.ts";
import { type EtsSquares, plainSquares } from "../../src/ets/squares.ts";
import { kernelSquares } from "../../src/ets/squares-kernel.ts";
import { normal, random } from "../../src/index.ts";

/** Forms, series with missing values at any scale, and points; some of them are not allowed. */
const cases = fc
  .record({
    error: fc.constantFrom("A", "M"),
    trend: fc.constantFrom("N", "A"),
    damped: fc.boolean(),
    season: fc.constantFrom("N", "A", "M"),
    period: fc.constantFrom(2, 3, 4, 7, 12, 24),
    n: fc.integer({ min: 1, max: 90 }),
    seed: fc.nat(),
    scale: fc.constantFrom(1e-30, 1e-3, 1, 1e8),
    missing: fc.constantFrom(0, 0.2),
    odd: fc.boolean(),
  })
  .map(({ error, trend, damped, season, period, n, seed, scale, missing, odd }) => {
    const source = random(seed);
    const form: EtsForm = { error, trend, damped: damped && trend === "A", season } as EtsForm;
    const noise = () => normal(source);
    const y = Float64Array.from({ length: n }, () => (source() < missing ? NaN : scale * (20 + 3 * noise())));
    const points = Array.from({ length: 3 }, () => {
      const effect = () => (season === "M" ? 1 + 0.1 * noise() : scale * noise());
      const effects = season === "N" ? [] : Array.from({ length: period - 1 }, effect);
      const smoothing = [source(), 0.3 * source(), 0.5 * source(), form.damped ? 0.9 : 1];
      return Float64Array.from([...smoothing, scale * 20, trend === "A" ? scale * noise() : 0, ...effects]);
    });
    const all = [0, 1, 2, 3, 4, 5, ...Array.from({ length: season === "N" ? 0 : period - 1 }, (_, i) => 6 + i)];
    const open = all.filter((i) => (i !== 1 && i !== 5) || trend === "A").filter((i) => i !== 3 || form.damped);
    const active = Int32Array.from(open.filter((i) => !odd || i !== 4));
    return { form, y, period, points, active };
  });

/** Returns all numbers of points. */
function evaluate(squares: EtsSquares, points: readonly Float64Array[], active: Int32Array): number[] {
  const { size } = squares;
  return points.flatMap((x) => {
    const A = new Float64Array(size * size);
    const g = new Float64Array(size);
    const few = active.filter((i) => i < 4);
    return [squares.value(x), squares.normal(x, A, g, active), ...A, ...g, squares.normal(x, A, g, few), ...A, ...g];
  });
}

describe("the likelihood's sum of squares", () => {
  it("has the same bits by the kernel and in TypeScript", () => {
    let previous: (() => void) | undefined;
    fc.assert(
      fc.property(cases, ({ form, y, period, points, active }) => {
        const byKernel = kernelSquares(form, y, period);
        if (byKernel === undefined) throw new Error("this engine runs no kernel");
        const numbers = evaluate(plainSquares(form, y, period), points, active);
        expect(evaluate(byKernel, points, active)).toEqual(numbers);
        // Another form and series was in the memory since.
        previous?.();
        previous = () => expect(evaluate(byKernel, points, active)).toEqual(numbers);
        expect(evaluate(byKernel, points, active)).toEqual(numbers);
      }),
      { numRuns: 400 },
    );
  });

  it("is computed in TypeScript for a multiplicative trend", () => {
    const form = { error: "M", trend: "M", damped: false, season: "N" } as const;
    expect(kernelSquares(form, new Float64Array(8).fill(1), 1)).toBeUndefined();
  });
});
