import type { SimulateOptions } from "../model/kind.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { normal, random } from "../stats/random.ts";
import { invBoxCox } from "../time/box-cox.ts";
import { move, project, startOf, transformed } from "./moving-model.ts";
import type { TbatsModel } from "./tbats-model.ts";

/** Forecasts on the model's scale, where it is linear and variances add, and transforms the bounds back. */
export function forecastTbats(model: TbatsModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { lambda } = model.parameters;
  const mean = project(model, model.state, new Float64Array(h));
  const impulse = new Float64Array(h);
  impulse[0] = 1;
  const response = project(model, startOf({ initial: model.initial.map(() => 0), form: model.form }), impulse);
  let sum = 0;
  const variance = response.map((value) => (sum += value * value) * model.sigma2);
  const there = symmetricForecast(mean, variance.map(Math.sqrt), levels);
  if (lambda === null) return there;
  const back = (values: Float64Array) => invBoxCox(values, lambda);
  return {
    mean: model.biasAdjust ? invBoxCox(mean, lambda, { variance }) : back(mean),
    levels,
    lower: there.lower.map(back),
    upper: there.upper.map(back),
  };
}

export function simulateTbats(model: TbatsModel, { h, paths = 1, seed }: SimulateOptions): Float64Array[] {
  const uniform = random(seed);
  const deviation = Math.sqrt(model.sigma2);
  const { lambda } = model.parameters;
  return Array.from({ length: paths }, () => {
    const white = Float64Array.from({ length: h }, () => deviation * normal(uniform));
    const path = project(model, model.state, white);
    return lambda === null ? path : invBoxCox(path, lambda);
  });
}

/** Returns one-step forecasts of a TBATS or BATS model. */
export function fittedTbats(model: TbatsModel, y: Float64Array): Float64Array {
  const { lambda } = model.parameters;
  const { expected, errors, white } = move(model, startOf(model), transformed(model, y));
  const before = expected.map((value, t) => value + errors[t]! - white[t]!);
  return lambda === null ? before : invBoxCox(before, lambda);
}

/** Moves the states; what was estimated stays. */
export function updateTbats(model: TbatsModel, newY: Float64Array): TbatsModel {
  const observed = newY.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  const { state } = move(model, model.state, transformed(model, newY));
  return { ...model, nobs: model.nobs + observed, state };
}
