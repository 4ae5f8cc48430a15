import type { ModelForecastOptions } from "../model/kind.ts";
import { arraysOf, checkForecastOptions, type Forecast, symmetricForecast } from "../model/prediction.ts";
import { invBoxCox } from "../time/box-cox.ts";
import type { ArimaModel } from "./arima-model.ts";
import { type InnovationState, settle } from "./likelihood/innovations.ts";
import { kalmanStep, observe } from "./likelihood/kalman.ts";
import { betaOf, innovationStateOf, type Recursions, recursionsOf, savedKalmanState } from "./model-parts.ts";
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
  const symmetric = symmetricForecast(mean, variance.map(Math.sqrt), levels);
  const { lambda, biasAdjust } = model;
  if (lambda === undefined) return symmetric;
  const back = (values: Float64Array) => invBoxCox(values, lambda);
  return {
    mean: biasAdjust ? invBoxCox(mean, lambda, { variance }) : back(mean),
    levels,
    lower: symmetric.lower.map(back),
    upper: symmetric.upper.map(back),
  };
}

/** Returns means and variances of the next h values on the model's scale. */
function forecastMoments(
  model: ArimaModel,
  h: number,
  xreg: Regressors | undefined,
): { mean: Float64Array; variance: Float64Array } {
  const recursions = recursionsOf(model);
  const state = innovationStateOf(model, recursions);
  const { mean, variance } =
    state === undefined ? kalmanMoments(model, recursions, h) : settledMoments(model, recursions, state, h);
  const future = regressionPart(model, h, xreg, model.length + 1);
  for (let i = 0; i < h; i++) {
    mean[i]! += future[i]!;
    variance[i]! *= model.sigma2;
  }
  return { mean, variance };
}

/**
 * Returns the linear part of a model over `length` times from index `first`. @throws {RangeError} naming what xreg
 * lacks
 */
export function regressionPart(
  model: ArimaModel,
  length: number,
  xreg: Regressors | undefined,
  first: number,
): Float64Array {
  const names = model.regressors ?? [];
  const regressors: Record<string, ArrayLike<number>> = {};
  for (const name of names) {
    const column = xreg?.[name];
    if (column === undefined)
      throw new RangeError(
        `xreg has no column ${JSON.stringify(name)}; the model needs its values for ${length} times`,
      );
    regressors[name] = column;
  }
  const linear = { mean: "intercept" in model.coef, drift: "drift" in model.coef, xreg: regressors };
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
  { phi, k, delta }: Recursions,
  state: InnovationState,
  h: number,
): { mean: Float64Array; variance: Float64Array } {
  const autoregressive = lagsOf(phi);
  const integrating = lagsOf(delta);
  const { last } = model.state;
  const [mean, variance, forcings, response] = arraysOf(4, h) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < h; i++) {
    let value = nextForcing(state.a, phi, autoregressive, forcings, i);
    for (const lag of integrating) value += delta[lag - 1]! * (lag <= i ? mean[i - lag]! : last[lag - i - 1]!);
    mean[i] = value;
  }
  const gain = new Float64Array(k);
  for (let i = 0; i < h; i++) {
    if (i === 0 || state.scale !== 0) {
      for (let a = 0; a < k; a++) gain[a] = state.gain[a]! / state.variance;
      // What an error of 1 does to the series at its own step and later: psi weights, integrated, for the gain it has.
      for (let j = 0; i + j < h; j++) {
        let value = j === 0 ? 1 : nextForcing(gain, phi, autoregressive, forcings, j - 1);
        for (const lag of integrating) {
          if (lag > j) break;
          value += delta[lag - 1]! * response[j - lag]!;
        }
        response[j] = value;
      }
    }
    // The error of step i reaches steps i, i + 1, …
    for (let j = 0; i + j < h; j++) variance[i + j]! += state.variance * response[j]! * response[j]!;
    settle(state, phi, k);
  }
  return { mean, variance };
}

/** Returns the lags that count, ascending: most of a seasonal model's weights are zero. */
function lagsOf(weights: Float64Array): number[] {
  const lags: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) lags.push(i + 1);
  return lags;
}

/**
 * Returns what `advance` leaves in the first place of `start` after j steps, from the values that it left there before,
 * which are in `forcings`. It sums in the same order, so that the bits are the same.
 */
function nextForcing(
  start: Float64Array,
  phi: Float64Array,
  lags: readonly number[],
  forcings: Float64Array,
  j: number,
): number {
  let value = j < start.length ? start[j]! : 0;
  for (let l = lags.length - 1; l >= 0; l--) {
    const lag = lags[l]!;
    if (lag <= j) value += phi[lag - 1]! * forcings[j - lag]!;
  }
  forcings[j] = value;
  return value;
}

function kalmanMoments(
  model: ArimaModel,
  recursions: Recursions,
  h: number,
): { mean: Float64Array; variance: Float64Array } {
  const state = savedKalmanState(model, recursions);
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
