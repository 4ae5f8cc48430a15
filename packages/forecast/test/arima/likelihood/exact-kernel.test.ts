import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainGradient } from "../../../src/arima/likelihood/exact-gradient.ts";
import { kernelGradient, kernelLikelihood } from "../../../src/arima/likelihood/exact-kernel.ts";
import { plainLikelihood } from "../../../src/arima/likelihood/exact-likelihood.ts";
import {
  createLikelihoodWorkspace,
  type LikelihoodWorkspace,
} from "../../../src/arima/likelihood/likelihood-workspace.ts";
import { fromCoordinates } from "../../../src/arima/likelihood/partial-coordinates.ts";
import { type Arma, armaReach, zeroArma } from "../../../src/arima/polynomial.ts";
import { normal, random } from "../../../src/stats/random.ts";

/** Models in coordinates of two points, and series of a few columns, some shorter than what the model reaches back to. */
const cases = fc
  .record({
    p: fc.integer({ min: 0, max: 6 }),
    q: fc.integer({ min: 0, max: 6 }),
    P: fc.integer({ min: 0, max: 2 }),
    Q: fc.integer({ min: 0, max: 2 }),
    period: fc.constantFrom(1, 2, 3, 4, 7, 12),
    count: fc.integer({ min: 1, max: 6 }),
    n: fc.integer({ min: 10, max: 90 }),
    seed: fc.nat(),
  })
  .map(({ count, n, seed, ...order }) => {
    const source = random(seed);
    const columns = Array.from({ length: count }, () => Float64Array.from({ length: n }, () => normal(source)));
    const size = order.p + order.q + order.P + order.Q;
    const points = [0, 1].map(() => Float64Array.from({ length: size }, () => Math.tanh(normal(source))));
    return { arma: zeroArma(order), columns, points };
  });

/** Returns all numbers of a likelihood and its gradient at some points. */
function evaluate(
  { arma, columns, points }: { arma: Arma; columns: Float64Array[]; points: Float64Array[] },
  likelihood: (arma: Arma, work: LikelihoodWorkspace) => number | undefined,
  gradient: (x: Float64Array, work: LikelihoodWorkspace, out: Float64Array) => void,
): (number | undefined)[] {
  const n = columns[0]?.length ?? 0;
  const work = createLikelihoodWorkspace(n, armaReach(arma).k, columns.length);
  return points.flatMap((x) => {
    fromCoordinates(x, arma);
    const loglik = likelihood(arma, work);
    const out = new Float64Array(x.length);
    if (loglik !== -Infinity) gradient(x, work, out);
    return [loglik, work.squares, work.logDeterminant, ...work.beta, ...work.normal, ...out];
  });
}

describe("the exact likelihood", () => {
  it("has the same bits by the kernel and in TypeScript, with its gradient", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { arma, columns } = one;
        const byKernel = evaluate(
          one,
          (at, work) => kernelLikelihood(at, columns, work),
          (x, work, out) => expect(kernelGradient(x, arma, columns, work, out)).toBe(true),
        );
        const plain = evaluate(
          one,
          (at, work) => plainLikelihood(at, columns, work),
          (x, work, out) => plainGradient(x, arma, columns, work, out),
        );
        expect(byKernel).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it("takes the gradient of the series that it is asked for, though another was in memory since", () => {
    const source = random(5);
    const arma = zeroArma({ p: 1, q: 1, P: 0, Q: 1, period: 4 });
    const x = Float64Array.of(0.3, -0.4, 0.2);
    fromCoordinates(x, arma);
    const [first, second] = [40, 60].map((n) => {
      const columns = [Float64Array.from({ length: n }, () => normal(source))];
      return { columns, work: createLikelihoodWorkspace(n, 5, 1) };
    });
    if (first === undefined || second === undefined) throw new Error("two series");
    const gradientOf = ({ columns, work }: typeof first) => {
      const out = new Float64Array(3);
      kernelGradient(x, arma, columns, work, out);
      return out;
    };
    kernelLikelihood(arma, first.columns, first.work);
    const gradient = gradientOf(first);
    kernelLikelihood(arma, second.columns, second.work);
    expect(gradientOf(first)).toEqual(gradient);
  });
});
