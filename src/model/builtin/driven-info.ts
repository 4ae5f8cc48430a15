import type { FittedModel, RegressionModel } from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";

/** Returns what drives a model, and notes on the regressors without effect; nothing of a model without regressors. */
export function drivenInfo(model: FittedModel) {
  return model.kind === "regression" ? { effects: effectsOf(model), notes: notesOf(model) } : {};
}

/** Returns the effect of each regressor, with its standard error. */
function effectsOf({ regressors, coef, se }: RegressionModel) {
  return Object.fromEntries(regressors.map((name, i) => [name, { effect: at(coef, i), standardError: se[i] ?? null }]));
}

const REASONS = {
  "never-seen": "it has no value wherever the series has one",
  constant: "it has one value wherever the series has one",
  "too-few-rows": "the series is too short for so many regressors; those listed first stay",
  collinear: "it is a combination of others, or of the series' own trend and season",
  "no-gain": "forecasts are expected to be as good without it (BIC)",
};

/** Explains why regressors have no effect: notes with a type, which are no failures. */
function notesOf({ left }: RegressionModel) {
  return Object.entries(left).map(([regressor, why]) => ({
    type: `${why}-regressor`,
    regressor,
    message: REASONS[why],
  }));
}
