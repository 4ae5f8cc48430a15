import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normal, random } from "../../src/stats/random.ts";
import { LEVEL, type TbatsForm } from "../../src/tbats/form.ts";
import { gappedPasses } from "../../src/tbats/gapped-passes.ts";
import type { Passes, PassSizes } from "../../src/tbats/passes.ts";
import { kernelPasses } from "../../src/tbats/passes-kernel.ts";
import { plainPasses } from "../../src/tbats/plain-passes.ts";
import { createSystem } from "../../src/tbats/system.ts";

/** Forms with gains, ARMA coefficients and directions, and series at any scale. */
const cases = fc
  .record({
    seasonality: fc.constantFrom("trigonometric", "dummy"),
    periods: fc.constantFrom([], [7], [2], [5.5, 12]),
    trend: fc.boolean(),
    damped: fc.boolean(),
    boxCox: fc.boolean(),
    p: fc.constantFrom(0, 0, 1, 3),
    q: fc.constantFrom(0, 0, 1, 2),
    extra: fc.constantFrom(0, 1, 2),
    n: fc.integer({ min: 4, max: 90 }),
    seed: fc.nat(),
    scale: fc.constantFrom(1e-30, 1e-3, 1, 1e8),
  })
  .map(({ seasonality, periods, trend, damped, boxCox, p, q, extra, n, seed, scale }) => {
    const source = random(seed);
    const noise = () => normal(source);
    const whole = seasonality === "dummy" ? periods.map(Math.round) : periods;
    const harmonics = whole.map((period) => 1 + Math.floor(source() * Math.floor(period / 2)));
    const form: TbatsForm = {
      ...LEVEL,
      seasonality,
      periods: whole,
      harmonics,
      trend,
      damped: trend && damped,
      p,
      q,
    } as TbatsForm;
    const system = createSystem(form);
    const lambda = boxCox ? 0 : -1;
    const damping = form.damped ? (boxCox ? 1 : 0) : -1;
    const smoothing = 1 + extra + (boxCox ? 1 : 0) + (form.damped ? 1 : 0);
    const sizes: PassSizes = { system, count: smoothing + p + q, p, q, lambda, damping };
    const y = Float64Array.from({ length: n }, () => scale * (20 + 3 * noise()));
    const points = Array.from({ length: 2 }, () => ({
      damping: form.damped ? 0.8 + 0.2 * source() : 1,
      gain: Float64Array.from(system.gain, () => 0.1 * noise()),
      arma: { ar: [0.5, -0.2, 0.1].slice(0, p), ma: [0.3, 0.2].slice(0, q) },
      change: y.map(() => scale * noise()),
      directions: directionsOf(sizes, smoothing, noise),
    }));
    return { sizes, y, points };
  });

/** Returns gains for the smoothing coordinates and ARMA coefficients for the others, as `createProblem` sets them. */
function directionsOf(
  { system, count, p, q, lambda }: PassSizes,
  smoothing: number,
  noise: () => number,
): Float64Array {
  const length = system.states + p + q;
  return Float64Array.from({ length: count * length }, (_, at) => {
    const [i, j] = [Math.floor(at / length), at % length];
    return i !== lambda && i < smoothing === j < system.states ? noise() : 0;
  });
}

/** Returns all numbers of the passes at some points. */
function evaluate(passes: Passes, { sizes, points }: { sizes: PassSizes; points: readonly Point[] }): number[] {
  const { system, count } = sizes;
  const m = system.states;
  return points.flatMap(({ damping, gain, arma, change, directions }) => {
    system.damping = damping;
    system.gain.set(gain);
    passes.change.set(change);
    const admissible = [1 + 1e-6, 1.01, 1.3].map((limit) => Number(passes.isAdmissible(limit)));
    const products = new Float64Array(m * m);
    const right = new Float64Array(m);
    passes.fillStates(arma, 20, products, right);
    const squares = passes.fillErrors(Float64Array.from(gain, (value, i) => value * (1 + i)));
    const A = new Float64Array(count * count);
    const crossed = new Float64Array(count * m);
    const g = new Float64Array(count);
    passes.fillDerivatives(directions, A, crossed, g);
    return [
      ...admissible,
      ...lower(products, m),
      ...right,
      squares,
      ...passes.white,
      ...lower(A, count),
      ...crossed,
      ...g,
    ];
  });
}

type Point = Parameters<Parameters<(typeof cases)["map"]>[0]>[0]["points"][number];

const lower = (A: Float64Array, n: number) => [...A].filter((_, at) => at % n <= Math.floor(at / n));

describe("the passes over a series", () => {
  it("have the same bits by the kernel and in TypeScript", () => {
    fc.assert(
      fc.property(cases, ({ sizes, y, points }) => {
        const byKernel = kernelPasses(y, sizes);
        if (byKernel === undefined) throw new Error("this engine runs no kernel");
        expect(evaluate(byKernel, { sizes, points })).toEqual(evaluate(plainPasses(y, sizes), { sizes, points }));
      }),
      { numRuns: 400 },
    );
  });

  it("have the numbers of a run for each state and coordinate", () => {
    fc.assert(
      fc.property(cases, ({ sizes, y, points }) => {
        const once = evaluate(plainPasses(y, sizes), { sizes, points });
        const each = evaluate(gappedPasses(y, sizes), { sizes, points });
        const largest = Math.max(...each.map(Math.abs));
        each.forEach((value, i) => expect(Math.abs(once[i]! - value)).toBeLessThanOrEqual(1e-6 * largest));
      }),
      { numRuns: 100 },
    );
  });

  it("are left to TypeScript for a series that is longer than the kernel's memory", () => {
    const sizes = { system: createSystem(LEVEL), count: 1, p: 0, q: 0, lambda: -1, damping: -1 };
    expect(kernelPasses({ length: 2 ** 27 } as Float64Array, sizes)).toBeUndefined();
  });
});
