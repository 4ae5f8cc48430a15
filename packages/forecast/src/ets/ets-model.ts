import type { AnyModel } from "../model/kind.ts";
import type { EtsForm } from "./form.ts";

/** Smoothing parameters in error-correction form; 0 (1 for phi) where the form has none. */
export interface EtsParameters {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/** The states between two observations. */
export interface EtsState {
  readonly level: number;
  /** Growth per step: a difference, or a ratio if the trend is multiplicative; 0 (or 1) without a trend. */
  readonly slope: number;
  /** The effects of the next `period` steps in time order; empty without a season. */
  readonly season: readonly number[];
}

/** A fitted exponential smoothing state space model. */
export interface EtsModel extends AnyModel, EtsForm, EtsParameters {
  readonly kind: "ets";
  readonly formatVersion: 1;
  /** The form's name, such as ETS(M,Ad,M). */
  readonly method: string;
  /** Observations per season; 1 when the model has no seasonal part. */
  readonly period: number;
  /** Number of observed values. */
  readonly nobs: number;
  /** The states before the first value, from which `fitted` starts. */
  readonly initial: EtsState;
  /** The states after the last value, from which forecasts start. */
  readonly state: EtsState;
  /** Unbiased variance of the one-step errors, which are relative if errors are multiplicative. */
  readonly sigma2: number;
  /** Log-likelihood up to a constant of nobs, as R's `ets` reports it. */
  readonly loglik: number;
  readonly aic: number;
  /** Null where it is not defined: nobs exceeds the number of parameters, sigma2 among them, by at most 1. */
  readonly aicc: number | null;
  readonly bic: number;
  /** Box–Cox exponent; the model is of the transformed series. */
  readonly lambda?: number;
  readonly biasAdjust?: boolean;
  /** Seed of the simulated intervals, if the form needs them. */
  readonly seed: number;
}
