/**
 * The methods of the naive methods and drift, a table for each.
 *
 * @module
 */
import type { MethodsOf } from "../model/kind.ts";
import { type DriftModel, fittedDrift, forecastDrift, updateDrift } from "../simple/drift.ts";
import { fittedNaiveModel, forecastNaive, type NaiveModel, updateNaive } from "../simple/naive.ts";

/** The models of this family. */
export type Model = NaiveModel | DriftModel;

export const forecast = { naive: forecastNaive, snaive: forecastNaive, drift: forecastDrift } satisfies MethodsOf<
  Model,
  "forecast"
>;
export const fitted = { naive: fittedNaiveModel, snaive: fittedNaiveModel, drift: fittedDrift } satisfies MethodsOf<
  Model,
  "fitted"
>;
export const update = { naive: updateNaive, snaive: updateNaive, drift: updateDrift } satisfies MethodsOf<
  Model,
  "update"
>;
export const simulate = { naive: undefined, snaive: undefined, drift: undefined } satisfies MethodsOf<
  Model,
  "simulate"
>;
