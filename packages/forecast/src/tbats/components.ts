import { type Series, toFloat64 } from "../time/series.ts";
import { move, startOf, systemOf, transformed } from "./moving-model.ts";
import { run } from "./recursion.ts";
import type { TbatsModel } from "./tbats-model.ts";

/** A series, on the scale of a model, as the sum of the components of its one-step forecasts and their errors. */
export interface TbatsComponents {
  /** The series, Box–Cox transformed if the model is; NaN where missing. */
  readonly observed: Float64Array;
  /** Level and damped slope. */
  readonly trend: Float64Array;
  /** The effect of each period. */
  readonly seasonal: readonly Float64Array[];
  /** The ARMA part of the errors; 0 without an ARMA process, and where a value is missing. */
  readonly arma: Float64Array;
  /** The one-step errors; NaN where a value is missing. */
  readonly remainder: Float64Array;
}

/**
 * Returns the components of a TBATS or BATS model: observed = trend + Σ seasonal + arma + remainder, each as predicted
 * one step ahead.
 *
 * @param y - the series the model was fitted to, unchanged
 * @throws {RangeError} if a value is not positive and the model's Box–Cox exponent is 0
 */
export function decompose(model: TbatsModel, y: Series): TbatsComponents {
  const observed = transformed(model, toFloat64(y));
  const n = observed.length;
  const system = systemOf(model);
  const state = Float64Array.from(model.initial);
  const { errors, white } = move(model, startOf(model), observed);
  const trend = new Float64Array(n);
  const seasonal = model.form.periods.map(() => new Float64Array(n));
  const one = new Float64Array(1);
  const base = system.trend ? 2 : 1;
  for (let t = 0; t < n; t++) {
    trend[t] = state[0]! + (system.trend ? system.damping * state[1]! : 0);
    system.owner.forEach((owner, j) => {
      seasonal[owner]![t]! += state[base + 2 * j]!;
    });
    run(system, state, observed.subarray(t, t + 1), { errors: one });
  }
  return {
    observed,
    trend,
    seasonal,
    arma: errors.map((value, t) => value - white[t]!),
    remainder: white.map((value, t) => (Number.isNaN(observed[t]!) ? NaN : value)),
  };
}
