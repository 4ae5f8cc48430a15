import { type Series, toFloat64 } from "../time/series.ts";
import { dispatch, type Kinds, type ModelOf } from "./dispatch.ts";
import type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import { checkOptions } from "./options.ts";
import type { Forecast } from "./prediction.ts";

/** The functions of fitted models, for models of some kinds. */
export interface ModelFunctions<M extends AnyModel> {
  /** Point forecasts and prediction intervals. */
  forecast(model: M, options: ModelForecastOptions): Forecast;
  /** One-step forecasts over the series a model was fitted to. */
  fitted(model: M, y: Series, options?: ModelOptions): Float64Array;
  /** One-step errors over the series a model was fitted to. */
  residuals(model: M, y: Series, options?: ModelOptions): Float64Array;
  /** A model moved over the values that followed its series, without estimating anything again. */
  update<One extends M>(model: One, newY: Series, options?: ModelOptions): One;
  /** Sample paths of the values that follow a model's series. */
  simulate(model: M, options: SimulateOptions): Float64Array[];
  /** Whether a model's kind has one-step forecasts, takes new values, or makes paths. */
  supports(model: M, what: "fitted" | "update" | "simulate"): boolean;
}

/**
 * The functions of fitted models for some kinds only, so that a bundle has the code of no other kind. Each behaves as the
 * function of its name in `@manymodel/forecast`.
 */
export function modelFunctions<K extends Kinds>(kinds: K): ModelFunctions<ModelOf<K>> {
  const { forecast, fitted, simulate, supports, update } = dispatch<Kinds>(kinds);
  const checkedFitted = (model: AnyModel, y: Series, options: ModelOptions = {}): Float64Array => {
    checkOptions("fitted", options, { xreg: true });
    return fitted(model, y, options);
  };
  const functions: ModelFunctions<AnyModel> = {
    forecast(model, options) {
      checkOptions("forecast", options, { h: true, levels: true, xreg: true }, ["h"]);
      return forecast(model, options);
    },
    fitted: checkedFitted,
    residuals(model, y, options) {
      const expected = checkedFitted(model, y, options);
      return toFloat64(y).map((value, t) => value - expected[t]!);
    },
    update(model, newY, options = {}) {
      checkOptions("update", options, { xreg: true });
      return update(model, newY, options);
    },
    simulate(model, options) {
      checkOptions("simulate", options, { h: true, paths: true, seed: true, xreg: true }, ["h", "seed"]);
      return simulate(model, options);
    },
    supports,
  };
  return functions;
}
