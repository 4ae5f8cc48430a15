import type { ModelOptions } from "../model/kind.ts";
import { boxCox, invBoxCox } from "../time/box-cox.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { ArimaModel } from "./arima-model.ts";
import { differenced } from "./differencing.ts";
import { regressionPart } from "./forecast.ts";
import { step } from "./likelihood/innovations.ts";
import { createKalmanState, kalmanStep, observe } from "./likelihood/kalman.ts";
import { notStationary, recursionsOf, startOf } from "./model-parts.ts";

/**
 * Returns one-step forecasts of an ARIMA model over a series from its first value, by the exact filter; on the original
 * scale (medians, where the model has a `lambda`). NaN for the first d + mD values, which differencing takes up (with
 * missing values: until that many are observed).
 *
 * @param y - the series the model was fitted to, or another of the same kind; NaN where missing
 * @param options.xreg - the regressors over the same times, where the model has any
 * @throws {RangeError} if a value is infinite or regressors are missing
 */
export function fittedArima(model: ArimaModel, y: Series, options: ModelOptions = {}): Float64Array {
  const original = toFloat64(y);
  checkSeries(original, 0);
  const { lambda } = model;
  const z = lambda === undefined ? Float64Array.from(original) : boxCox(original, lambda);
  const linear = regressionPart(model, z.length, options.xreg, 1);
  for (let t = 0; t < z.length; t++) z[t]! -= linear[t]!;
  const expected = z.every((value) => !Number.isNaN(value)) ? completeFit(model, z) : missingFit(model, z);
  for (let t = 0; t < z.length; t++) expected[t]! += linear[t]!;
  return lambda === undefined ? expected : invBoxCox(expected, lambda);
}

function completeFit(model: ArimaModel, z: Float64Array): Float64Array {
  const { arma, phi, k, delta } = recursionsOf(model);
  const state = startOf(model, arma);
  const s = delta.length;
  const w = differenced(z, model.order);
  const expected = new Float64Array(z.length).fill(NaN);
  for (let t = 0; t < w.length; t++) expected[t + s] = z[t + s]! - step(state, phi, k, w[t]!);
  return expected;
}

function missingFit(model: ArimaModel, z: Float64Array): Float64Array {
  const { arma, delta } = recursionsOf(model);
  const state = createKalmanState(arma, delta, 1);
  if (state === undefined) throw notStationary(model);
  const error = new Float64Array(1);
  const expected = new Float64Array(z.length).fill(NaN);
  for (let t = 0; t < z.length; t++) {
    const diffuse = state.diffuseRank > 0;
    const missing = Number.isNaN(z[t]!);
    if (missing && !diffuse) expected[t] = observe(state, state.a[0]!);
    const F = kalmanStep(state, [z[t]!], error);
    if (!missing && F < Infinity) expected[t] = z[t]! - error[0]!;
  }
  return expected;
}
