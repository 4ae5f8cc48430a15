import { describe, expect, it } from "vitest";
import { differenced, integrationWeights } from "../../../src/arima/differencing.ts";
import { exactGradient, exactLikelihood } from "../../../src/arima/likelihood/exact.ts";
import { initialInnovationState, step } from "../../../src/arima/likelihood/innovations.ts";
import { kalmanLikelihood } from "../../../src/arima/likelihood/kalman.ts";
import { createLikelihoodWorkspace } from "../../../src/arima/likelihood/likelihood-workspace.ts";
import { fromCoordinates } from "../../../src/arima/likelihood/partial-coordinates.ts";
import { missingLikelihood } from "../../../src/arima/missing-values.ts";
import { type Arma, armaReach, zeroArma } from "../../../src/arima/polynomial.ts";
import { createProblem } from "../../../src/arima/problem.ts";
import { normal, random } from "../../../src/stats/random.ts";

const orders = [
  { p: 0, q: 0, P: 0, Q: 0, period: 1 },
  { p: 1, q: 0, P: 0, Q: 0, period: 1 },
  { p: 0, q: 2, P: 0, Q: 0, period: 1 },
  { p: 3, q: 2, P: 0, Q: 0, period: 1 },
  { p: 2, q: 2, P: 1, Q: 1, period: 7 },
  { p: 0, q: 1, P: 0, Q: 2, period: 12 },
  { p: 1, q: 0, P: 2, Q: 0, period: 4 },
];

function example(
  order: (typeof orders)[number],
  seed: number,
  n: number,
): { arma: Arma; x: Float64Array; w: Float64Array } {
  const uniform = random(seed);
  const arma = zeroArma(order);
  const x = Float64Array.from({ length: order.p + order.q + order.P + order.Q }, () => 1.4 * uniform() - 0.7);
  fromCoordinates(x, arma);
  let last = 0;
  const w = Float64Array.from({ length: n }, () => (last = 0.5 * last + normal(uniform)));
  return { arma, x, w };
}

/**
 * Returns the log-likelihood by definition: the covariance matrix from a long moving-average expansion, and its
 * Cholesky factor.
 */
function byDefinition({ ar, ma, sar, sma, period }: Arma, w: Float64Array): number {
  const n = w.length;
  const length = 4000;
  const psi = new Float64Array(length + 1);
  psi[0] = 1;
  const through = (b: Float64Array, lag: number, sign: number, recursive: boolean) => {
    const source = Float64Array.from(psi);
    for (let t = 0; t <= length; t++)
      for (let i = 1; i <= b.length; i++)
        if (t >= i * lag) psi[t]! += sign * b[i - 1]! * (recursive ? psi : source)[t - i * lag]!;
  };
  through(ma, 1, 1, false);
  through(sma, period, 1, false);
  through(ar, 1, 1, true);
  through(sar, period, 1, true);
  const gamma = Array.from({ length: n }, (_, h) => {
    let sum = 0;
    for (let t = 0; t + h <= length; t++) sum += psi[t]! * psi[t + h]!;
    return sum;
  });
  const L = Array.from({ length: n }, () => new Float64Array(n));
  const z = new Float64Array(n);
  let logs = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gamma[i - j]!;
      for (let l = 0; l < j; l++) sum -= L[i]![l]! * L[j]![l]!;
      L[i]![j] = i === j ? Math.sqrt(sum) : sum / L[j]![j]!;
    }
    let sum = w[i]!;
    for (let l = 0; l < i; l++) sum -= L[i]![l]! * z[l]!;
    z[i] = sum / L[i]![i]!;
    logs += 2 * Math.log(L[i]![i]!);
    squares += z[i]! ** 2;
  }
  return (-n / 2) * (Math.log((2 * Math.PI * squares) / n) + 1) - logs / 2;
}

describe("the exact likelihood of an ARMA series", () => {
  for (const order of orders) {
    const name = `(${order.p},${order.q})(${order.P},${order.Q})[${order.period}]`;
    it(`${name} is the Gaussian density, and the Kalman filter and the fast recursions agree`, () => {
      const { arma, w } = example(order, 17, 50);
      const { k } = armaReach(arma);
      const work = createLikelihoodWorkspace(50, k, 1);
      const loglik = exactLikelihood(arma, [w], work);
      expect(Math.abs(loglik - byDefinition(arma, w))).toBeLessThan(1e-8);
      expect(Math.abs(kalmanLikelihood(arma, new Float64Array(0), [w])!.loglik - loglik)).toBeLessThan(1e-8);
      const { state, presample } = initialInnovationState(arma)!;
      let squares = 0;
      let logs = 0;
      for (const value of w) {
        const { variance } = state;
        squares += step(state, presample.phi, k, value) ** 2 / variance;
        logs += Math.log(variance);
      }
      expect(Math.abs(squares / work.squares - 1)).toBeLessThan(1e-9);
      expect(Math.abs(logs - work.logDeterminant)).toBeLessThan(1e-8);
    });

    const parameters = order.p + order.q + order.P + order.Q;
    if (parameters === 0) continue;
    it(`${name} has the gradient that differences show, regressors concentrated out`, () => {
      const { arma, x, w } = example(order, 29, 60);
      const columns = [w, new Float64Array(60).fill(1), Float64Array.from({ length: 60 }, (_, t) => Math.sin(t))];
      const { k } = armaReach(arma);
      const work = createLikelihoodWorkspace(60, k, 3);
      const f = (at: Float64Array) => {
        fromCoordinates(at, arma);
        return -exactLikelihood(arma, columns, work);
      };
      const gradient = new Float64Array(x.length);
      f(x);
      exactGradient(x, arma, columns, work, gradient);
      x.forEach((value, i) => {
        const at = Float64Array.from(x);
        at[i] = value + 1e-5;
        const up = f(at);
        at[i] = value - 1e-5;
        const slope = (up - f(at)) / 2e-5;
        expect(Math.abs(gradient[i]! - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
      });
    });
  }

  it("of a differenced series is that of the Kalman filter with diffuse start on the series itself", () => {
    const { arma, w } = example(orders[4]!, 5, 80);
    const y = Float64Array.from(w);
    for (let t = 1; t < 80; t++) y[t]! += y[t - 1]!;
    const differencing = { d: 1, D: 1, period: 7 };
    const z = differenced(y, differencing);
    const { k } = armaReach(arma);
    const exact = exactLikelihood(arma, [z], createLikelihoodWorkspace(z.length, k, 1));
    const kalman = kalmanLikelihood(arma, integrationWeights(differencing), [y])!;
    expect(kalman.count).toBe(z.length);
    expect(Math.abs(kalman.loglik - exact)).toBeLessThan(1e-6);
  });

  it("with missing values as regression coefficients is that of the Kalman filter that skips them", () => {
    const regressor = Float64Array.from({ length: 80 }, (_, t) => Math.sin(t));
    for (const differencing of [
      { d: 0, D: 0, period: 7 },
      { d: 1, D: 0, period: 7 },
      { d: 0, D: 1, period: 7 },
      { d: 1, D: 1, period: 7 },
    ])
      for (const gaps of [[40], [0, 3], [20, 21, 22, 50, 79], [5, 12, 70]]) {
        const { arma, w } = example(orders[4]!, 5, 80);
        const y = Float64Array.from(w);
        for (let t = 1; t < 80; t++) y[t]! += 0.9 * y[t - 1]!;
        for (const t of gaps) y[t] = NaN;
        const { columns, missing, delta } = createProblem(y, [regressor], differencing);
        expect(missing!.columns).toHaveLength(columns.length + gaps.length);
        const likelihood = missingLikelihood(arma, missing!, armaReach(arma).k)!;
        const kalman = kalmanLikelihood(arma, delta, [y, regressor])!;
        const says = `${JSON.stringify(differencing)} ${gaps}`;
        expect(likelihood.count, says).toBe(kalman.count);
        expect(Math.abs(likelihood.loglik - kalman.loglik), says).toBeLessThan(1e-6);
        expect(Math.abs(likelihood.beta[0]! - kalman.beta[0]!), says).toBeLessThan(1e-8);
        expect(Math.abs(likelihood.squares / kalman.squares - 1), says).toBeLessThan(1e-8);
      }
  });
});
