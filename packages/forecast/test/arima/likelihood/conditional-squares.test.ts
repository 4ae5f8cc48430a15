import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernelSquares } from "../../../src/arima/likelihood/conditional-kernel.ts";
import { createConditionalWorkspace, plainSquares } from "../../../src/arima/likelihood/conditional-residuals.ts";
import type { ConditionalSquares } from "../../../src/arima/likelihood/conditional-squares.ts";
import { normal, random } from "../../../src/stats/random.ts";

/** Models, and series longer than what they reach back to, with a level, a trend and noise among their regressors. */
const cases = fc
  .record({
    p: fc.integer({ min: 0, max: 6 }),
    q: fc.integer({ min: 0, max: 6 }),
    P: fc.integer({ min: 0, max: 3 }),
    Q: fc.integer({ min: 0, max: 3 }),
    period: fc.constantFrom(1, 2, 3, 4, 7, 12, 24),
    regressors: fc.array(fc.constantFrom("level", "trend", "noise"), { maxLength: 3 }),
    more: fc.integer({ min: 1, max: 60 }),
    seed: fc.nat(),
    scale: fc.constantFrom(1e-8, 1, 1e9),
  })
  .map(({ p, q, P, Q, period, regressors, more, seed, scale }) => {
    const source = random(seed);
    const n = p + period * P + more;
    const column = (kind: string) =>
      Float64Array.from({ length: n }, (_, t) => (kind === "level" ? 3 : kind === "trend" ? t : normal(source)));
    const series = column("noise").map((value) => value * scale);
    const x = Float64Array.from({ length: p + q + P + Q + regressors.length }, () => 0.4 * normal(source));
    return { order: { p, q, P, Q, period }, columns: [series, ...regressors.map(column)], x, n };
  });

/** Returns all numbers of two points, the second reached from the first. */
function evaluate(squares: ConditionalSquares, x: Float64Array): number[] {
  const { length } = x;
  const numbers: number[] = [];
  for (const point of [x, x.map((value) => value / 2)]) {
    numbers.push(squares.trial(point));
    squares.accept();
    squares.fillNormal(point);
    numbers.push(...squares.gradient.subarray(0, length), ...squares.normal.subarray(0, length * length));
    numbers.push(squares.trial(x.map((value) => -value)));
    squares.fillNormal(point, true);
    numbers.push(...squares.gradient.subarray(0, length), ...squares.normal.subarray(0, length * length));
    numbers.push(...squares.residuals());
  }
  return numbers;
}

describe("the conditional sum of squares", () => {
  it("has the same bits by the kernel and in TypeScript", () => {
    fc.assert(
      fc.property(cases, ({ order, columns, x, n }) => {
        const byKernel = kernelSquares(order, columns);
        if (byKernel === undefined) throw new Error("this engine runs no kernel");
        const numbers = evaluate(byKernel, x);
        expect(numbers).toEqual(evaluate(plainSquares(order, columns, createConditionalWorkspace(n)), x));
      }),
      { numRuns: 300 },
    );
  });

  it("is computed in TypeScript where the series is shorter than what the model reaches back to", () => {
    expect(kernelSquares({ p: 1, q: 0, P: 1, Q: 0, period: 7 }, [new Float64Array(8)])).toBeUndefined();
  });
});
