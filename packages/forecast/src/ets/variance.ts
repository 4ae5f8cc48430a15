import { arraysOf } from "../model/prediction.ts";
import type { EtsModel } from "./ets-model.ts";

/** Means and variances of the next h values. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Relative variances below this are those of noise that is small against the level. There the difference of second moment
 * and squared mean loses digits (of 1e-16, all), and the variance is accumulated apart; above, at most 10 of the 16 remain,
 * and forecasts of stored models keep their bits.
 */
const SMALL = 1e-6;

/**
 * Returns the forecast means and variances where they are known in closed form: forms without a multiplicative trend,
 * whose season is additive or, with multiplicative errors, multiplicative. Errors are Gaussian.
 *
 * @returns undefined for the other forms
 * @see Hyndman, Koehler, Ord & Snyder (2008), chapter 6, classes 1 to 3
 */
export function analyticMoments(model: EtsModel, h: number): Moments | undefined {
  if (model.trend === "M") return undefined;
  if (model.season === "M") return model.error === "M" ? multiplicativeSeason(model, h) : undefined;
  return linear(model, h);
}

/**
 * Returns the linear states: an error's effect on later values is α + β (φ + … + φ^j), and γ where the season comes
 * round.
 */
function linear({ error, trend, period, alpha, beta, gamma, phi, sigma2, state }: EtsModel, h: number): Moments {
  const [mean, variance, effect, square] = arraysOf(4, h) as [Float64Array, Float64Array, Float64Array, Float64Array];
  let phis = 0;
  let power = 1;
  let sum = 0;
  for (let i = 0; i < h; i++) {
    power *= phi;
    phis += power;
    const season = state.season.length > 0 ? state.season[i % period]! : 0;
    mean[i] = state.level + (trend === "N" ? 0 : phis * state.slope) + season;
    const round = state.season.length > 0 && (i + 1) % period === 0;
    effect[i] = (alpha + (trend === "N" ? 0 : beta * phis) + (round ? gamma : 0)) ** 2;
    if (error === "A") {
      variance[i] = sigma2 * (1 + sum);
      sum += effect[i]!;
    } else {
      // The second moment of the expectation one step before, and its variance.
      let theta = mean[i]! ** 2;
      let spread = 0;
      for (let j = 0; j < i; j++) {
        const term = sigma2 * effect[j]! * square[i - 1 - j]!;
        theta += term;
        spread += term;
      }
      square[i] = theta;
      variance[i] = sigma2 < SMALL ? sigma2 * theta + spread : (1 + sigma2) * theta - mean[i]! ** 2;
    }
  }
  return { mean, variance };
}

/**
 * States x = (level, slope) and z, the season, that move by x ← (F + Gε) x and z_j ← (1 + γε) z_j at its step j. Only the
 * first and second moments of each x z_j are needed, and each moves by itself: E[x z_j] and E[x x' z_j²], beside which the
 * covariances are kept for noise that is small. Exact; the means differ from the point forecasts without error by terms of
 * sigma2 from the second season on.
 */
function multiplicativeSeason(model: EtsModel, h: number): Moments {
  const { trend, period, alpha, gamma, phi, sigma2: v, state } = model;
  const beta = trend === "N" ? 0 : model.beta;
  const slope = trend === "N" ? 0 : state.slope;
  const mean = new Float64Array(h);
  const variance = new Float64Array(h);
  const m = Math.min(period, h);
  const first = Array.from({ length: m }, (_, j): [number, number] => [
    state.level * state.season[j]!,
    slope * state.season[j]!,
  ]);
  const second = first.map(([l, b]): [number, number, number] => [l * l, l * b, b * b]);
  const covariance = first.map((): [number, number, number] => [0, 0, 0]);
  for (let i = 0; i < h; i++) {
    const at = i % period;
    const q = first[at]![0] + phi * first[at]![1];
    mean[i] = q;
    for (let j = 0; j < m; j++) {
      const [l, b] = first[j]!;
      const [ll, lb, bb] = second[j]!;
      const [cll, clb, cbb] = covariance[j]!;
      const current = j === at;
      const reach = l + phi * b;
      // E[q²], E[q × slope] of the step: F S F' = [[qq, qb], [qb, φ² bb]]; and the same of the covariances.
      const qq = ll + 2 * phi * lb + phi * phi * bb;
      const qb = phi * (lb + phi * bb);
      const cqq = cll + 2 * phi * clb + phi * phi * cbb;
      const cqb = phi * (clb + phi * cbb);
      if (current) variance[i] = v < SMALL ? v * qq + cqq : (1 + v) * qq - q * q;
      const f = current ? 1 + gamma * gamma * v : 1;
      const g = v + (current ? 3 * gamma * gamma * v * v : 0);
      const c = current ? 2 * gamma * v : 0;
      const once = current ? gamma * v : 0;
      first[j] = [reach * (1 + once * alpha), phi * b + once * beta * reach];
      second[j] = [
        qq * (f + g * alpha * alpha + 2 * c * alpha),
        qb * (f + c * alpha) + qq * (g * alpha * beta + c * beta),
        phi * phi * bb * f + g * beta * beta * qq + 2 * c * beta * qb,
      ];
      // The mean transition's part, and what the error's own variance adds to each second moment.
      const memory = 1 + once * alpha;
      const season = current ? gamma * gamma * v : 0;
      const stepVariance = v + 2 * once * once;
      covariance[j] = [
        cqq * memory ** 2 + qq * (season + stepVariance * alpha ** 2 + 2 * once * alpha),
        memory * (cqb + once * beta * cqq) + qb * (season + once * alpha) + qq * beta * (stepVariance * alpha + once),
        phi * phi * (cbb + bb * season) +
          2 * once * beta * (cqb + qb) +
          (once * beta) ** 2 * cqq +
          qq * stepVariance * beta ** 2,
      ];
    }
  }
  return { mean, variance };
}
