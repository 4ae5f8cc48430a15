import * as arima from "../kinds/arima.ts";
import * as averages from "../kinds/averages.ts";
import * as intermittent from "../kinds/intermittent.ts";
import * as regression from "../kinds/regression.ts";
import * as simple from "../kinds/simple.ts";
import * as smoothing from "../kinds/smoothing.ts";
import * as tbats from "../kinds/tbats.ts";
import { linearSums } from "../regression/linear-sums.ts";
import { REGRESSION } from "../regression/regression-kind.ts";
import type { Series } from "../time/series.ts";
import { COMBINATION } from "./combination.ts";
import { CONFORMAL } from "./conformal-model.ts";
import { type CumulativeForecast, type CumulativeOptions, cumulativeBy } from "./cumulative.ts";
import { fittedBy, forecastBy, joinTables, residualsBy, simulateBy, supportsBy, updateBy } from "./dispatch.ts";
import type { FittedModel } from "./fitted-model.ts";
import type { Ability, Kinds, ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import type { Forecast } from "./prediction.ts";

// A table a method, so that code which calls one has the code of no other.
const FORECAST = /* @__PURE__ */ joinTables<"forecast">(
  simple.forecast,
  averages.forecast,
  intermittent.forecast,
  regression.forecast,
  arima.forecast,
  smoothing.forecast,
  tbats.forecast,
  COMBINATION.forecast,
  CONFORMAL.forecast,
  REGRESSION.forecast,
);
const FITTED = /* @__PURE__ */ joinTables<"fitted">(
  simple.fitted,
  averages.fitted,
  intermittent.fitted,
  regression.fitted,
  arima.fitted,
  smoothing.fitted,
  tbats.fitted,
  COMBINATION.fitted,
  CONFORMAL.fitted,
  REGRESSION.fitted,
);
const UPDATE = /* @__PURE__ */ joinTables<"update">(
  simple.update,
  averages.update,
  intermittent.update,
  regression.update,
  arima.update,
  smoothing.update,
  tbats.update,
  COMBINATION.update,
  CONFORMAL.update,
  REGRESSION.update,
);
const SIMULATE = /* @__PURE__ */ joinTables<"simulate">(
  simple.simulate,
  averages.simulate,
  intermittent.simulate,
  regression.simulate,
  arima.simulate,
  smoothing.simulate,
  tbats.simulate,
  COMBINATION.simulate,
  CONFORMAL.simulate,
  REGRESSION.simulate,
);
const SUPPORTS = /* @__PURE__ */ joinTables<"supports">(
  intermittent.supports,
  smoothing.supports,
  COMBINATION.supports,
  CONFORMAL.supports,
  REGRESSION.supports,
);

/** Every kind of models. */
export const KINDS: Kinds = {
  forecast: FORECAST,
  fitted: FITTED,
  update: UPDATE,
  simulate: SIMULATE,
  supports: SUPPORTS,
};

const forecastAny = /* @__PURE__ */ forecastBy<FittedModel>(FORECAST);
const fittedAny = /* @__PURE__ */ fittedBy<FittedModel>(FITTED);
const residualsAny = /* @__PURE__ */ residualsBy<FittedModel>(FITTED);
const updateAny = /* @__PURE__ */ updateBy<FittedModel>(UPDATE);
const simulateAny = /* @__PURE__ */ simulateBy<FittedModel>(SIMULATE);
const supportsAny = /* @__PURE__ */ supportsBy<FittedModel>(KINDS);
const cumulativeAny = /* @__PURE__ */ cumulativeBy<FittedModel>({
  forecast: /* @__PURE__ */ forecastBy(FORECAST),
  update: /* @__PURE__ */ updateBy(UPDATE),
  supports: /* @__PURE__ */ supportsBy(KINDS),
  exact: exactSums,
});

/** Returns quantiles of the sums of a linear model, or of a regression that is one, in closed form; undefined of any other. */
function exactSums(model: FittedModel, options: CumulativeOptions): CumulativeForecast | undefined {
  if (model.kind === "linear") return linearSums(model, options);
  return model.kind === "regression" && model.joint && !model.offset ? exactSums(model.errors, options) : undefined;
}

/**
 * Returns the point forecasts and prediction intervals of any fitted model of this library. A model of a single
 * observation has no variance, so all its bounds but the median's are NaN.
 *
 * @param options.xreg - future values of the regressors, for a model that has any
 * @throws {RangeError} if the horizon or a level is not allowed, or the model's kind is not known
 */
export function forecast(model: FittedModel, options: ModelForecastOptions): Forecast {
  return forecastAny(model, options);
}

/**
 * Returns one-step forecasts over the series that a model was fitted to; NaN at the first steps, where the method has
 * none yet.
 *
 * @param y - the series the model was fitted to, unchanged
 * @param options.xreg - the regressors it was fitted with, for a model that has any
 * @throws {RangeError} if the model's kind has no one-step forecasts
 */
export function fitted(model: FittedModel, y: Series, options: ModelOptions = {}): Float64Array {
  return fittedAny(model, y, options);
}

/** Returns one-step errors, `y - fitted(model, y)`; NaN where either is missing. */
export function residuals(model: FittedModel, y: Series, options: ModelOptions = {}): Float64Array {
  return residualsAny(model, y, options);
}

/**
 * Returns a model moved over the values that followed its series, without new estimates. Its forecasts start after the
 * last of these values.
 *
 * @param newY - the next values in time order, NaN where missing
 * @throws {RangeError} if a value is infinite, or the model's kind cannot be updated
 */
export function update<M extends FittedModel>(model: M, newY: Series, options: ModelOptions = {}): M {
  return updateAny(model, newY, options);
}

/**
 * Draws sample paths of the values that follow a model's series.
 *
 * @returns `paths` arrays of h values
 * @throws {RangeError} if an option is not allowed, or the model's kind cannot be simulated
 */
export function simulate(model: FittedModel, options: SimulateOptions): Float64Array[] {
  return simulateAny(model, options);
}

/**
 * Returns true if a model has an ability: not every model has one-step forecasts, takes new values, or makes paths. A
 * model that holds others (a combination, a calibrated model, a decomposition) has the abilities that all of them have.
 */
export function supports(model: FittedModel, ability: Ability): boolean {
  return supportsAny(model, ability);
}

/**
 * Returns quantiles of the sum of the next steps, such as the demand over a lead time, by sample paths. At each step a
 * path has the distribution of the model's own intervals, also of calibrated ones. Steps depend on each other as the
 * model's errors do: an error moves the later forecasts by the model's impulse response, and a Gaussian copula carries
 * this dependence over to intervals of any shape. The procedure is the same for every method. It is exact for linear
 * methods with normal errors and known parameters. If a model cannot take new values, its errors count as independent.
 * A regression on terms known ahead (`linearModel` without lags) needs no paths: its quantiles are exact, and include
 * the uncertainty of its coefficients.
 *
 * @throws {RangeError} if an option is not allowed, or the model's kind is not known
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.5 (sums by sample paths);
 *   Nelsen (2006), doi:10.1007/0-387-28678-0 (copulas)
 */
export function cumulative(model: FittedModel, options: CumulativeOptions): CumulativeForecast {
  return cumulativeAny(model, options);
}
