/**
 * The methods of methods for intermittent demand, a table for each.
 *
 * @module
 */
import {
  type AggregationModel,
  fittedAggregation,
  forecastAggregation,
  supportsAggregation,
  updateAggregation,
} from "../intermittent/aggregation.ts";
import { type CrostonModel, fittedCroston, forecastCroston, updateCroston } from "../intermittent/croston.ts";
import { fittedTsb, forecastTsb, type TsbModel, updateTsb } from "../intermittent/tsb.ts";
import type { KindsOf, MethodsOf } from "../model/kind.ts";

/** The models of this family. */
export type Model = CrostonModel | TsbModel | AggregationModel;

export const forecast = {
  croston: forecastCroston,
  sba: forecastCroston,
  tsb: forecastTsb,
  adida: forecastAggregation,
  imapa: forecastAggregation,
} satisfies MethodsOf<Model, "forecast">;
export const fitted = {
  croston: fittedCroston,
  sba: fittedCroston,
  tsb: fittedTsb,
  adida: fittedAggregation,
  imapa: fittedAggregation,
} satisfies MethodsOf<Model, "fitted">;
export const update = {
  croston: updateCroston,
  sba: updateCroston,
  tsb: updateTsb,
  adida: updateAggregation,
  imapa: updateAggregation,
} satisfies MethodsOf<Model, "update">;
export const simulate = {
  croston: undefined,
  sba: undefined,
  tsb: undefined,
  adida: undefined,
  imapa: undefined,
} satisfies MethodsOf<Model, "simulate">;
export const supports = {
  adida: supportsAggregation,
  imapa: supportsAggregation,
} satisfies KindsOf<Model>["supports"];
