/**
 * The methods of exponential smoothing and its relatives, a table for each.
 *
 * @module
 */
import { fittedCes, forecastCes, simulateCes, updateCes } from "../ces/ces-kind.ts";
import type { CesModel } from "../ces/ces-model.ts";
import { fittedEts, updateEts } from "../ets/ets-kind.ts";
import type { EtsModel } from "../ets/ets-model.ts";
import { forecastEts } from "../ets/forecast.ts";
import { simulateEts } from "../ets/simulate.ts";
import type { StlfModel } from "../model/fitted-model.ts";
import type { KindsOf, MethodsOf } from "../model/kind.ts";
import {
  fittedHoltWinters,
  forecastHoltWinters,
  type HoltWintersModel,
  updateHoltWinters,
} from "../smoothing/holt-winters.ts";
import { fittedStlf, forecastStlf, simulateStlf, updateStlf } from "../smoothing/stlf.ts";
import {
  type DynamicThetaModel,
  fittedDynamicTheta,
  forecastDynamicTheta,
  updateDynamicTheta,
} from "../theta/dynamic-theta.ts";
import { fittedTheta, forecastTheta, type ThetaModel, updateTheta } from "../theta/theta.ts";

/** The models of this family. */
export type Model = EtsModel | HoltWintersModel | ThetaModel | DynamicThetaModel | CesModel | StlfModel;

export const forecast = {
  ets: forecastEts,
  "holt-winters": forecastHoltWinters,
  theta: forecastTheta,
  "dynamic-theta": forecastDynamicTheta,
  ces: forecastCes,
  stlf: forecastStlf,
} satisfies MethodsOf<Model, "forecast">;
export const fitted = {
  ets: fittedEts,
  "holt-winters": fittedHoltWinters,
  theta: fittedTheta,
  "dynamic-theta": fittedDynamicTheta,
  ces: fittedCes,
  stlf: fittedStlf,
} satisfies MethodsOf<Model, "fitted">;
export const update = {
  ets: updateEts,
  "holt-winters": updateHoltWinters,
  theta: updateTheta,
  "dynamic-theta": updateDynamicTheta,
  ces: updateCes,
  stlf: updateStlf,
} satisfies MethodsOf<Model, "update">;
export const simulate = {
  ets: simulateEts,
  "holt-winters": undefined,
  theta: undefined,
  "dynamic-theta": undefined,
  ces: simulateCes,
  stlf: simulateStlf,
} satisfies MethodsOf<Model, "simulate">;
export const supports = {
  stlf: ({ model }, ability, any) => any(model, ability),
} satisfies KindsOf<Model>["supports"];
