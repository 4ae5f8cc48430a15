/**
 * The types that the functions of every entry use.
 *
 * @module
 */
export type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export type { Series } from "../time/series.ts";
