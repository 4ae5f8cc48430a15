import type { AnyModel } from "../model/kind.ts";
import type { TbatsForm, TbatsParameters } from "./form.ts";

/** A fitted TBATS or BATS model. */
export interface TbatsModel extends AnyModel {
  readonly kind: "tbats" | "bats";
  readonly formatVersion: 1;
  /**
   * Name of the model, as R writes it: Box–Cox exponent, orders of the ARMA errors, damping, and periods with their
   * harmonics.
   */
  readonly method: string;
  readonly form: TbatsForm;
  readonly parameters: TbatsParameters;
  /** True if forecasts are means instead of medians of the original scale; only with Box–Cox. */
  readonly biasAdjust: boolean;
  /** The number of observed values. */
  readonly nobs: number;
  /** Level, slope and pairs of seasonal states before the first value, on the transformed scale. */
  readonly initial: readonly number[];
  readonly state: TbatsState;
  /** Mean square of the one-step errors on the transformed scale. */
  readonly sigma2: number;
  /** n log SSE − 2 (λ − 1) Σ log y: minus twice the log-likelihood, up to a constant of n. */
  readonly deviance: number;
  /** The deviance, plus 2 for each parameter and initial state, as R counts them. */
  readonly aic: number;
}

/** The state of a model after its last value. */
export interface TbatsState {
  /** Level, slope and pairs of seasonal states. */
  readonly states: readonly number[];
  /** The last p errors of the states and the last q of the ARMA process, newest first. */
  readonly errors: readonly number[];
  readonly white: readonly number[];
}
