/**
 * The methods of ARIMA models, a table for each.
 *
 * @module
 */
import type { ArimaModel } from "../arima/arima-model.ts";
import { fittedArima } from "../arima/fitted.ts";
import { forecastArima } from "../arima/forecast.ts";
import { simulateArima } from "../arima/simulate.ts";
import { updateArima } from "../arima/update.ts";
import type { MethodsOf } from "../model/kind.ts";

/** The models of this family. */
export type Model = ArimaModel;

export const forecast = { arima: forecastArima } satisfies MethodsOf<Model, "forecast">;
export const fitted = { arima: fittedArima } satisfies MethodsOf<Model, "fitted">;
export const update = { arima: updateArima } satisfies MethodsOf<Model, "update">;
export const simulate = { arima: simulateArima } satisfies MethodsOf<Model, "simulate">;
