import { arraysOf } from "../model/prediction.ts";
import type { EtsModel } from "./ets-model.ts";

/** Means and variances of the next h values. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Forecast means and variances where they are known in closed form: forms without a multiplicative trend, whose season is
 * additive or, with multiplicative errors, multiplicative. Errors are Gaussian.
 *
 * @returns undefined for the other forms
 * @see Hyndman, Koehler, Ord & Snyder (2008), chapter 6, classes 1 to 3
 */
export function analyticMoments(model: EtsModel, h: number): Moments | undefined {
  if (model.trend === "M") return undefined;
  if (model.season === "M") return model.error === "M" ? multiplicativeSeason(model, h) : undefined;
  return linear(model, h);
}

/** Linear states: an error's effect on later values is α + β (φ + … + φ^j), and γ where the season comes round. */
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
      // The variance of the expectation one step before, apart from its square: at a high level their sum loses it.
      let spread = 0;
      for (let j = 0; j < i; j++) spread += sigma2 * effect[j]! * square[i - 1 - j]!;
      square[i] = mean[i]! ** 2 + spread;
      variance[i] = sigma2 * square[i]! + spread;
    }
  }
  return { mean, variance };
}

/**
 * States x = (level, slope) and z, the season, that move by x ← (F + Gε) x and z_j ← (1 + γε) z_j at its step j. Only the
 * means and covariances of each x z_j are needed, and each moves by itself. Covariances are kept instead of second moments,
 * from which the squared means would have to be subtracted: at a high level nothing would be left. Exact; the means differ
 * from the point forecasts without error by terms of sigma2 from the second season on.
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
  const covariance = first.map((): [number, number, number] => [0, 0, 0]);
  for (let i = 0; i < h; i++) {
    const at = i % period;
    mean[i] = first[at]![0] + phi * first[at]![1];
    for (let j = 0; j < m; j++) {
      const [l, b] = first[j]!;
      const [ll, lb, bb] = covariance[j]!;
      const current = j === at;
      const s = phi * b;
      const q = l + s;
      // Before the error of the step: covariances F C F' = [[qq, qs], [qs, ss]], and second moments.
      const qq = ll + 2 * phi * lb + phi * phi * bb;
      const qs = phi * (lb + phi * bb);
      const ss = phi * phi * bb;
      const qSquare = q * q + qq;
      const qTimesS = q * s + qs;
      if (current) variance[i] = v * qSquare + qq;
      // The error's mean effect, and the variances of its effects on the season and on the rest.
      const bias = current ? gamma * v : 0;
      const seasonal = gamma * bias;
      const rest = v + 2 * bias * bias;
      const qKept = 1 + bias * alpha;
      first[j] = [q * qKept, s + bias * beta * q];
      covariance[j] = [
        qq * qKept ** 2 + qSquare * (seasonal + rest * alpha ** 2 + 2 * bias * alpha),
        qKept * (qs + bias * beta * qq) + qTimesS * (seasonal + bias * alpha) + qSquare * beta * (rest * alpha + bias),
        ss * (1 + seasonal) +
          s * s * seasonal +
          2 * bias * beta * (qs + qTimesS) +
          (bias * beta) ** 2 * qq +
          qSquare * rest * beta ** 2,
      ];
    }
  }
  return { mean, variance };
}
