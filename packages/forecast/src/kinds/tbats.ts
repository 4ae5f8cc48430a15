/**
 * The methods of TBATS and BATS models, a table for each.
 *
 * @module
 */
import type { MethodsOf } from "../model/kind.ts";
import { fittedTbats, forecastTbats, simulateTbats, updateTbats } from "../tbats/tbats-kind.ts";
import type { TbatsModel } from "../tbats/tbats-model.ts";

/** The models of this family. */
export type Model = TbatsModel;

export const forecast = { tbats: forecastTbats, bats: forecastTbats } satisfies MethodsOf<Model, "forecast">;
export const fitted = { tbats: fittedTbats, bats: fittedTbats } satisfies MethodsOf<Model, "fitted">;
export const update = { tbats: updateTbats, bats: updateTbats } satisfies MethodsOf<Model, "update">;
export const simulate = { tbats: simulateTbats, bats: simulateTbats } satisfies MethodsOf<Model, "simulate">;
