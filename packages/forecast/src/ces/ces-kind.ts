import type { SimulateOptions } from "../model/kind.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { normal, random } from "../stats/random.ts";
import type { CesModel } from "./ces-model.ts";
import { type CesGains, gainsOf, run, settle, startMoving } from "./recursion.ts";

const gains = ({ seasonality, alpha, beta }: CesModel): CesGains => gainsOf(seasonality, [...alpha, ...beta]);

/** Forecasts in closed form. The model is linear: a step's error spreads as the impulse response, and variances add. */
export function forecastCes(model: CesModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const none = new Float64Array(h).fill(NaN);
  const mean = new Float64Array(h);
  run(gains(model), startMoving(model.state), none, 1, mean);
  const zeros = model.state.season.map(() => 0);
  const impulse = none;
  impulse[0] = 1;
  const response = new Float64Array(h);
  const zeroState = startMoving({ level: 0, potential: 0, season: zeros, seasonPotential: zeros });
  run(gains(model), zeroState, impulse, 1, response);
  const se = new Float64Array(h);
  let variance = 1;
  for (let i = 0; i < h; i++) {
    variance += response[i]! ** 2;
    se[i] = Math.sqrt(model.sigma2 * variance);
  }
  return symmetricForecast(mean, se, levels);
}

export function simulateCes(model: CesModel, { h, paths = 1, seed }: SimulateOptions): Float64Array[] {
  const uniform = random(seed);
  const deviation = Math.sqrt(model.sigma2);
  const by = gains(model);
  const one = new Float64Array(1);
  return Array.from({ length: paths }, () => {
    const state = startMoving(model.state);
    return Float64Array.from({ length: h }, () => {
      const { level, season, at } = state;
      one[0] = level + season[at]! + deviation * normal(uniform);
      run(by, state, one);
      return one[0];
    });
  });
}

/** Returns one-step forecasts of a complex exponential smoothing model. */
export function fittedCes(model: CesModel, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  run(gains(model), startMoving(model.initial), y, 1, out);
  return out;
}

/** Moves the states; what was estimated stays. */
export function updateCes(model: CesModel, newY: Float64Array): CesModel {
  const moving = startMoving(model.state);
  run(gains(model), moving, newY);
  const observed = newY.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  return { ...model, nobs: model.nobs + observed, state: settle(moving, model.period) };
}
