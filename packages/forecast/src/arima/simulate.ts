import type { SimulateOptions } from "../model/kind.ts";
import { normal, random } from "../stats/random.ts";
import { invBoxCox } from "../time/box-cox.ts";
import type { ArimaModel } from "./arima-model.ts";
import { regressionPart } from "./forecast.ts";
import { advance, type InnovationState, settle } from "./likelihood/innovations.ts";
import { kalmanStep, observe } from "./likelihood/kalman.ts";
import { innovationStateOf, type Recursions, recursionsOf, savedKalmanState } from "./model-parts.ts";

/**
 * Returns the sample paths of the values that follow an ARIMA model's series, with Gaussian errors: each step's error
 * has the variance the filter gives it, and moves the filter as an observation would.
 *
 * @returns a path of h values for each of `paths`
 * @throws {RangeError} if an option is not allowed or the regressors' future values are not given
 */
export function simulateArima(model: ArimaModel, { h, paths = 1, seed, xreg }: SimulateOptions): Float64Array[] {
  const uniform = random(seed);
  const linear = regressionPart(model, h, xreg, model.length + 1);
  const recursions = recursionsOf(model);
  return Array.from({ length: paths }, () => {
    const state = innovationStateOf(model, recursions);
    const path =
      state === undefined
        ? kalmanPath(model, recursions, h, uniform)
        : settledPath(model, recursions, state, h, uniform);
    for (let t = 0; t < h; t++) path[t]! += linear[t]!;
    return model.lambda === undefined ? path : invBoxCox(path, model.lambda);
  });
}

function settledPath(
  model: ArimaModel,
  { phi, k, delta }: Recursions,
  state: InnovationState,
  h: number,
  uniform: () => number,
): Float64Array {
  const path = new Float64Array(h);
  for (let t = 0; t < h; t++) {
    const error = normal(uniform) * Math.sqrt(model.sigma2 * state.variance);
    let value = error + (k > 0 ? state.a[0]! : 0);
    for (let lag = 1; lag <= delta.length; lag++)
      if (delta[lag - 1] !== 0) value += delta[lag - 1]! * (t >= lag ? path[t - lag]! : model.state.last[lag - t - 1]!);
    path[t] = value;
    advance(phi, k, state.a);
    for (let i = 0; i < k; i++) state.a[i]! += (state.gain[i]! * error) / state.variance;
    settle(state, phi, k);
  }
  return path;
}

function kalmanPath(model: ArimaModel, recursions: Recursions, h: number, uniform: () => number): Float64Array {
  const state = savedKalmanState(model, recursions);
  const r = state.k + state.s;
  const reached = new Float64Array(r);
  const error = new Float64Array(1);
  const path = new Float64Array(h);
  for (let t = 0; t < h; t++) {
    for (let row = 0; row < r; row++) reached[row] = observe(state, state.P, row * r);
    const variance = 1 + observe(state, reached);
    path[t] = observe(state, state.a[0]!) + normal(uniform) * Math.sqrt(model.sigma2 * variance);
    kalmanStep(state, [path[t]!], error);
  }
  return path;
}
