/**
 * The types that the functions of every entry use.
 *
 * @module
 */
export type { Ability, AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export type { Series } from "../time/series.ts";
