import type { AnyModel } from "../model/kind.ts";

/** The treatment of the season in a complex exponential smoothing model. */
export type CesSeasonality = "none" | "simple" | "partial" | "full";

/** The states between two observations. */
export interface CesState {
  /** The level and its information potential (the imaginary part); 0 if the model has no level. */
  readonly level: number;
  readonly potential: number;
  /** The same for each of the next `period` steps, in time order; empty without seasonal states. */
  readonly season: readonly number[];
  readonly seasonPotential: readonly number[];
}

/** A fitted complex exponential smoothing model. */
export interface CesModel extends AnyModel {
  readonly kind: "ces";
  readonly formatVersion: 1;
  readonly seasonality: CesSeasonality;
  /** Observations per season; 1 when the model has no seasonal part. */
  readonly period: number;
  /** The number of observed values. */
  readonly nobs: number;
  /** Real and imaginary part of the smoothing parameter of the level; for "simple", of each phase of the season. */
  readonly alpha: readonly number[];
  /**
   * Smoothing parameter of the season: one real value if "partial", real and imaginary part if "full", otherwise empty.
   */
  readonly beta: readonly number[];
  /** The states before the first value, from which `fitted` starts. */
  readonly initial: CesState;
  /** The states after the last value, from which forecasts start. */
  readonly state: CesState;
  /** Variance of the one-step errors: their sum of squares divided by nobs less the number of smoothing parameters. */
  readonly sigma2: number;
  readonly loglik: number;
  /** Null where it is not defined: nobs exceeds the number of parameters, sigma2 among them, by at most 1. */
  readonly aicc: number | null;
}
