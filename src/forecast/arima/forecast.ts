import { invBoxCox } from "../box-cox.ts";
import { normalQuantile } from "../distribution.ts";
import type { ModelForecastOptions } from "../kind.ts";
import { checkForecastOptions, type Forecast } from "../prediction.ts";
import type { ArimaModel } from "./arima-model.ts";
import { advance, settle } from "./innovations.ts";
import { kalmanStep, observe } from "./kalman.ts";
import { betaOf, innovationStateOf, kalmanStateOf, type Recursions, recursionsOf } from "./model-parts.ts";
import { design, type Regressors } from "./regressors.ts";

/**
 * Forecasts of an ARIMA model with Gaussian intervals. The variance of step h is the sum of squared psi weights of the
 * integrated model, with the gains the exact filter still has after so many values (and the state's uncertainty after
 * missing ones); it does not include that of the coefficients. Intervals of a model with `lambda` are transformed back.
 *
 * @throws {RangeError} if an option is not allowed or the regressors' future values are not given
 * @see Brockwell & Davis (1991), §5.3 and §9.5
 */
export function forecastArima(model: ArimaModel, options: ModelForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { mean, variance } = forecastMoments(model, h, options.xreg);
  const quantiles = levels.map((level) => normalQuantile(0.5 + level / 200));
  const bound = (sign: number) =>
    quantiles.map((quantile) => mean.map((value, i) => value + sign * quantile * Math.sqrt(variance[i]!)));
  const { lambda, biasAdjust } = model;
  if (lambda === undefined) return { mean, levels, lower: bound(-1), upper: bound(1) };
  const back = (values: Float64Array) => invBoxCox(values, lambda);
  return {
    mean: biasAdjust ? invBoxCox(mean, lambda, { variance }) : back(mean),
    levels,
    lower: bound(-1).map(back),
    upper: bound(1).map(back),
  };
}

/** Means and variances of the next h values on the model's scale. */
function forecastMoments(
  model: ArimaModel,
  h: number,
  xreg: Regressors | undefined,
): { mean: Float64Array; variance: Float64Array } {
  const recursions = recursionsOf(model);
  const { mean, variance } =
    model.state.covariance === undefined ? settledMoments(model, recursions, h) : kalmanMoments(model, recursions, h);
  const future = regressionPart(model, h, xreg, model.length + 1);
  for (let i = 0; i < h; i++) {
    mean[i]! += future[i]!;
    variance[i]! *= model.sigma2;
  }
  return { mean, variance };
}

/** The linear part of a model over `length` times from index `first`. @throws {RangeError} naming what xreg lacks */
export function regressionPart(
  model: ArimaModel,
  length: number,
  xreg: Regressors | undefined,
  first: number,
): Float64Array {
  const names = model.regressors ?? [];
  const given: Record<string, ArrayLike<number>> = {};
  for (const name of names) {
    const column = xreg?.[name];
    if (column === undefined)
      throw new RangeError(
        `xreg has no column ${JSON.stringify(name)}; the model needs its values for ${length} times`,
      );
    given[name] = column;
  }
  const linear = { mean: "intercept" in model.coef, drift: "drift" in model.coef, xreg: given };
  const { columns } = design(length, linear, first);
  const beta = betaOf(model);
  const part = new Float64Array(length);
  columns.forEach((column, j) => {
    for (let t = 0; t < length; t++) part[t]! += beta[j]! * column[t]!;
  });
  return part;
}

function settledMoments(
  model: ArimaModel,
  recursions: Recursions,
  h: number,
): { mean: Float64Array; variance: Float64Array } {
  const { phi, k, delta } = recursions;
  const state = innovationStateOf(model, recursions)!;
  const s = delta.length;
  const mean = new Float64Array(h);
  const a = Float64Array.from(state.a);
  const past = (i: number, lag: number) => (i - lag >= 0 ? mean[i - lag]! : model.state.last[lag - i - 1]!);
  for (let i = 0; i < h; i++) {
    let value = k > 0 ? a[0]! : 0;
    for (let lag = 1; lag <= s; lag++) if (delta[lag - 1] !== 0) value += delta[lag - 1]! * past(i, lag);
    mean[i] = value;
    advance(phi, k, a);
  }
  const variance = new Float64Array(h);
  const response = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    if (i === 0 || state.scale !== 0) errorResponse(recursions, state.gain, state.variance, h - i, response);
    // The error of step i reaches steps i, i + 1, …
    for (let j = 0; i + j < h; j++) variance[i + j]! += state.variance * response[j]! * response[j]!;
    settle(state, phi, k);
  }
  return { mean, variance };
}

/** What an error of 1 does to the series at its own step and later: psi weights, integrated, for the gain it has. */
function errorResponse(
  { phi, k, delta }: Recursions,
  gain: Float64Array,
  variance: number,
  count: number,
  out: Float64Array,
): void {
  const a = gain.map((value) => value / variance);
  for (let i = 0; i < count; i++) {
    let value = i === 0 ? 1 : k > 0 ? a[0]! : 0;
    if (i > 0) advance(phi, k, a);
    const reach = Math.min(i, delta.length);
    for (let lag = 1; lag <= reach; lag++) if (delta[lag - 1] !== 0) value += delta[lag - 1]! * out[i - lag]!;
    out[i] = value;
  }
}

function kalmanMoments(
  model: ArimaModel,
  recursions: Recursions,
  h: number,
): { mean: Float64Array; variance: Float64Array } {
  const state = kalmanStateOf(model, recursions);
  const r = state.k + state.s;
  const mean = new Float64Array(h);
  const variance = new Float64Array(h);
  const error = new Float64Array(1);
  const reached = new Float64Array(r);
  for (let i = 0; i < h; i++) {
    mean[i] = observe(state, state.a[0]!);
    for (let row = 0; row < r; row++) reached[row] = observe(state, state.P, row * r);
    variance[i] = 1 + observe(state, reached);
    kalmanStep(state, [NaN], error);
  }
  return { mean, variance };
}
