import type { SimulateOptions } from "../model/kind.ts";
import { normal, type Random, random } from "../stats/random.ts";
import { invBoxCox } from "../time/box-cox.ts";
import type { EtsModel } from "./ets-model.ts";
import { advance, expectation, startMoving } from "./recursion.ts";

/**
 * Returns the sample paths of the values that follow an ETS model's series, with Gaussian errors. Forms with a
 * multiplicative trend, or season and additive errors, are kept where they are defined: a state or expectation that
 * must be positive goes no lower than a millionth of the present one's size.
 *
 * @returns a path of h values for each of `paths`
 * @throws {RangeError} if an option is not allowed
 */
export function simulateEts(model: EtsModel, { h, paths = 1, seed }: SimulateOptions): Float64Array[] {
  const uniform = random(seed);
  const { lambda } = model;
  return Array.from({ length: paths }, () => {
    const path = samplePath(model, h, uniform);
    return lambda === undefined ? path : invBoxCox(path, lambda);
  });
}

/** Returns a sample path on the scale of the model. */
export function samplePath(model: EtsModel, h: number, uniform: Random): Float64Array {
  const { error, trend, season } = model;
  const deviation = Math.sqrt(model.sigma2);
  const state = startMoving(model.state);
  const path = new Float64Array(h);
  const nonlinear = trend === "M" || (season === "M" && error === "A");
  const least = 1e-6 * Math.abs(model.state.level);
  for (let t = 0; t < h; t++) {
    const mu = expectation(model, model.phi, state);
    let e = normal(uniform) * deviation * (error === "M" ? mu : 1);
    if (nonlinear && error === "M" && mu > 0) e = Math.max(e, -(1 - 1e-6) * mu);
    path[t] = mu + e;
    const at = state.at;
    advance(model, model, state, e);
    if (!nonlinear) continue;
    if (!(state.level > least)) state.level = least;
    if (trend === "M" && !(state.slope > 1e-6)) state.slope = 1e-6;
    if (season === "M" && !(state.season[at]! > 1e-6)) state.season[at] = 1e-6;
  }
  return path;
}
