/**
 * The methods of averages, a table for each.
 *
 * @module
 */
import type { MethodsOf } from "../model/kind.ts";
import { fittedMean, forecastMean, type MeanModel, updateMean } from "../simple/mean.ts";
import {
  fittedWindowAverage,
  forecastWindowAverage,
  updateWindowAverage,
  type WindowAverageModel,
} from "../simple/window-average.ts";

/** The models of this family. */
export type Model = MeanModel | WindowAverageModel;

export const forecast = {
  mean: forecastMean,
  "window-average": forecastWindowAverage,
  "seasonal-window-average": forecastWindowAverage,
} satisfies MethodsOf<Model, "forecast">;
export const fitted = {
  mean: fittedMean,
  "window-average": fittedWindowAverage,
  "seasonal-window-average": fittedWindowAverage,
} satisfies MethodsOf<Model, "fitted">;
export const update = {
  mean: updateMean,
  "window-average": updateWindowAverage,
  "seasonal-window-average": updateWindowAverage,
} satisfies MethodsOf<Model, "update">;
export const simulate = {
  mean: undefined,
  "window-average": undefined,
  "seasonal-window-average": undefined,
} satisfies MethodsOf<Model, "simulate">;
