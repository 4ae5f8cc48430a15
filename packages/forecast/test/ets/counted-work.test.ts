import { describe, expect, it, vi } from "vitest";
import type * as Squares from "../../src/ets/open-squares.ts";

const work = vi.hoisted(() => ({ passes: 0, equations: 0 }));

vi.mock("../../src/ets/open-squares.ts", async (original) => {
  const module = await original<typeof Squares>();
  return {
    ...module,
    openSquares: (...args: Parameters<typeof module.openSquares>) => {
      const squares = module.openSquares(...args);
      return {
        ...squares,
        value: (x: Float64Array) => {
          work.passes++;
          return squares.value(x);
        },
        normal: (x: Float64Array, A: Float64Array, g: Float64Array, active: Int32Array) => {
          work.equations++;
          return squares.normal(x, A, g, active);
        },
      };
    },
  };
});

const { ets } = await import("../../src/ets/index.ts");
const { wanderingSeries } = await import("../wandering-series.ts");

/** Returns the passes over four series, and how often their normal equations are set up. */
function spend(n: number, period: number): typeof work {
  Object.assign(work, { passes: 0, equations: 0 });
  for (const seed of [1, 2, 3, 4]) ets(wanderingSeries(seed, n, period), { period });
  return { ...work };
}

/** The limits are the counts of the search as it is, and a tenth: a search that does more has to say why. */
describe("the work of choosing a form of ETS for four series", () => {
  it("is limited for long series, of which most forms are hopeless after a few steps", () => {
    const { passes, equations } = spend(730, 7);
    expect(passes).toBeLessThanOrEqual(1614);
    expect(equations).toBeLessThanOrEqual(454);
  });

  it("is limited for short series", () => {
    const { passes, equations } = spend(96, 12);
    expect(passes).toBeLessThanOrEqual(1775);
    expect(equations).toBeLessThanOrEqual(623);
  });
});
