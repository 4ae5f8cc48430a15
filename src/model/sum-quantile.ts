import { cumulative, type FittedModel } from "@manymodel/forecast";
import { type RegressorColumns, regressorRows, regressors } from "./regressors.ts";
import type { SeriesAxis } from "./series-axis.ts";

/** A sum of the next steps of a series. */
export interface StepSum {
  readonly steps: number;
  readonly probability: number;
  readonly seed: number;
  /** The run's exports, and the steps to come: they have the regressors of a model. */
  readonly exports: unknown;
  readonly axis: SeriesAxis;
}

/**
 * Returns a quantile of the sum of the next steps of a stored model by sample paths (see `cumulative`): NaN where the model has no
 * intervals; undefined of a model that is none of the forecasting library's.
 */
export function sumQuantile(model: object, { steps, probability, seed, ...known }: StepSum): number | undefined {
  if (!("kind" in model) || typeof model.kind !== "string") return undefined;
  try {
    // What is none of the library's models throws.
    const stored = model as FittedModel;
    const xreg = regressorsOf(stored, known, steps);
    const [sums] = cumulative(stored, { h: steps, quantiles: [probability], seed, xreg }).values;
    return sums?.[steps - 1];
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Returns the values of a model's regressors over the next steps; undefined where it has none. */
function regressorsOf(
  model: FittedModel,
  { exports, axis }: Pick<StepSum, "exports" | "axis">,
  steps: number,
): RegressorColumns | undefined {
  const names = "regressors" in model ? (model.regressors ?? []) : [];
  return names.length === 0 ? undefined : regressorRows(regressors(exports, axis, names), 0, steps);
}
