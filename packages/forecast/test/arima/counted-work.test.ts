import { describe, expect, it, vi } from "vitest";
import type * as Conditional from "../../src/arima/likelihood/conditional.ts";
import type * as Exact from "../../src/arima/likelihood/exact.ts";
import type * as Squares from "../../src/arima/likelihood/open-squares.ts";

const work = vi.hoisted(() => ({ fits: 0, jacobians: 0, likelihoods: 0, gradients: 0 }));

/** Returns a function that counts its calls. */
function counted<T extends unknown[], R>(kind: keyof typeof work, f: (...args: T) => R): (...args: T) => R {
  return (...args) => {
    work[kind]++;
    return f(...args);
  };
}

vi.mock("../../src/arima/likelihood/conditional.ts", async (original) => {
  const module = await original<typeof Conditional>();
  return { ...module, fitConditional: counted("fits", module.fitConditional) };
});
vi.mock("../../src/arima/likelihood/open-squares.ts", async (original) => {
  const { openSquares } = await original<typeof Squares>();
  return {
    openSquares: (...args: Parameters<typeof openSquares>) => {
      const squares = openSquares(...args);
      return { ...squares, fillNormal: counted("jacobians", squares.fillNormal) };
    },
  };
});
vi.mock("../../src/arima/likelihood/exact.ts", async (original) => {
  const { exactLikelihood, exactGradient } = await original<typeof Exact>();
  return {
    exactLikelihood: counted("likelihoods", exactLikelihood),
    exactGradient: counted("gradients", exactGradient),
  };
});

const { autoArima } = await import("../../src/arima/index.ts");
const { wanderingSeries } = await import("../wandering-series.ts");

/** Returns the work of a few fits. */
function spend(fit: () => void): typeof work {
  Object.assign(work, { fits: 0, jacobians: 0, likelihoods: 0, gradients: 0 });
  fit();
  return { ...work };
}

/** Checks that work is at most so much of each kind. */
function expectAtMost(spent: typeof work, most: typeof work): void {
  for (const kind of ["fits", "jacobians", "likelihoods", "gradients"] as const)
    expect(spent[kind], kind).toBeLessThanOrEqual(most[kind]);
}

const SEEDS = [1, 2, 3, 4];

/** The limits are the counts of the search as it is, and a tenth: a search that does more has to say why. */
describe("the work of automatic ARIMA on four series", () => {
  const long = SEEDS.map((seed) => wanderingSeries(seed, 730, 7));

  it("is limited for long series, which are compared by conditional sums of squares", () => {
    const spent = spend(() => long.forEach((y) => autoArima(y, { period: 7 })));
    expectAtMost(spent, { fits: 243, jacobians: 1432, likelihoods: 943, gradients: 522 });
    const earlier = long.map((y) => autoArima(y.subarray(0, 700), { period: 7 }));
    const shared = spend(() => long.forEach((y, i) => autoArima(y, { period: 7, searchFrom: earlier[i]! })));
    expect(shared.jacobians).toBeLessThan(0.9 * spent.jacobians);
  });

  it("is limited for short series, which are compared by exact likelihoods", () => {
    const spent = spend(() => SEEDS.forEach((seed) => autoArima(wanderingSeries(seed, 96, 12), { period: 12 })));
    expectAtMost(spent, { fits: 97, jacobians: 647, likelihoods: 542, gradients: 296 });
  });
});
