import { boxCox, invBoxCox } from "../time/box-cox.ts";
import type { EtsModel } from "./ets-model.ts";
import { settle, smooth, startMoving } from "./recursion.ts";

const scaled = (model: EtsModel, y: Float64Array) => (model.lambda === undefined ? y : boxCox(y, model.lambda));

/** Returns one-step forecasts of an ETS model, on the original scale. */
export function fittedEts(model: EtsModel, y: Float64Array): Float64Array {
  const fitted = new Float64Array(y.length);
  smooth(model, model, startMoving(model.initial), scaled(model, y), fitted);
  return model.lambda === undefined ? fitted : invBoxCox(fitted, model.lambda);
}

/** Moves the states; what was estimated and the criteria stay those of the fit. */
export function updateEts(model: EtsModel, newY: Float64Array): EtsModel {
  const moving = startMoving(model.state);
  smooth(model, model, moving, scaled(model, newY));
  const observed = newY.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  return { ...model, nobs: model.nobs + observed, state: settle(moving) };
}
