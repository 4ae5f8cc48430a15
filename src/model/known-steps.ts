import type { Prediction } from "./define-model.ts";
import { findMissing, type RegressorColumns, regressors } from "./regressors.ts";
import type { SeriesAxis } from "./series-axis.ts";

/** The steps of a forecast before the first one at which a regressor of the model has no value. */
export interface KnownSteps {
  readonly steps: number;
  /** The regressors over all steps that were asked for. */
  readonly xreg: RegressorColumns;
  /** The reason for fewer steps than were asked for, as `predict` returns it. */
  readonly stopped: Pick<Prediction, "stopped">;
}

/** Returns the steps that the regressors of a model are known for. */
export function knownSteps(
  exports: unknown,
  axis: SeriesAxis,
  { names, horizon }: { readonly names: readonly string[]; readonly horizon: number },
): KnownSteps {
  const missing = (steps: number, message: string) => ({
    steps,
    stopped: { stopped: { type: "missing-future", message } },
  });
  if (names.length === 0) return { steps: horizon, xreg: {}, stopped: {} };
  if (axis.times === null)
    return {
      ...missing(0, "the series keeps no interval, so regressors of its steps have no place; state source.interval"),
      xreg: {},
    };
  const xreg = regressors(exports, axis, names);
  const first = findMissing(exports, axis, xreg);
  return { ...(first === undefined ? { steps: horizon, stopped: {} } : missing(first.step, first.message)), xreg };
}

/** Returns a forecast of no step. */
export function noSteps(levels: readonly number[]): Prediction {
  return { mean: [], levels, lower: levels.map(() => []), upper: levels.map(() => []) };
}
