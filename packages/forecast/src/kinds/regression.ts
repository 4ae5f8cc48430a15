/**
 * The methods of linear models, a table for each.
 *
 * @module
 */
import type { MethodsOf } from "../model/kind.ts";
import { type LinearModel, updateLinear } from "../regression/linear.ts";
import { fittedLinear, forecastLinear, simulateLinear } from "../regression/linear-kind.ts";

/** The models of this family. */
export type Model = LinearModel;

export const forecast = { linear: forecastLinear } satisfies MethodsOf<Model, "forecast">;
export const fitted = { linear: fittedLinear } satisfies MethodsOf<Model, "fitted">;
export const update = { linear: updateLinear } satisfies MethodsOf<Model, "update">;
export const simulate = { linear: simulateLinear } satisfies MethodsOf<Model, "simulate">;
