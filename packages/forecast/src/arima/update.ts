import type { ModelOptions } from "../model/kind.ts";
import { boxCox } from "../time/box-cox.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { ArimaModel } from "./arima-model.ts";
import { regressionPart } from "./forecast.ts";
import { step } from "./likelihood/innovations.ts";
import { kalmanStep } from "./likelihood/kalman.ts";
import { innovationStateOf, kalmanStateOf, recursionsOf, saveInnovationState, saveKalmanState } from "./model-parts.ts";

/**
 * Moves an ARIMA model over the values that followed its series: the filter goes on, nothing is estimated again, and
 * `sigma2`, `loglik` and the criteria stay those of the fit.
 *
 * @param newY - the next values in time order, NaN where missing
 * @param options.xreg - the regressors over the same times, where the model has any
 * @returns a new model, whose forecasts start after the last of the new values
 * @throws {RangeError} if a value is infinite or regressors are missing
 */
export function updateArima(model: ArimaModel, newY: Series, options: ModelOptions = {}): ArimaModel {
  const original = toFloat64(newY);
  const observed = checkSeries(original, 0);
  const z = model.lambda === undefined ? Float64Array.from(original) : boxCox(original, model.lambda);
  const linear = regressionPart(model, z.length, options.xreg, model.length + 1);
  for (let t = 0; t < z.length; t++) z[t]! -= linear[t]!;
  const recursions = recursionsOf(model);
  const moved = { ...model, length: model.length + z.length, nobs: model.nobs + observed };
  const state = observed === z.length ? innovationStateOf(model, recursions) : undefined;
  if (state === undefined) {
    const kalman = kalmanStateOf(model, recursions);
    const error = new Float64Array(1);
    for (let t = 0; t < z.length; t++) kalmanStep(kalman, [z[t]!], error);
    return { ...moved, state: saveKalmanState(kalman) };
  }
  const { phi, k, delta } = recursions;
  const s = delta.length;
  const last = [...model.state.last];
  for (let t = 0; t < z.length; t++) {
    let w = z[t]!;
    for (let i = 0; i < s; i++) if (delta[i] !== 0) w -= delta[i]! * last[i]!;
    step(state, phi, k, w);
    if (s > 0) {
      last.pop();
      last.unshift(z[t]!);
    }
  }
  return { ...moved, state: saveInnovationState(state, last) };
}
