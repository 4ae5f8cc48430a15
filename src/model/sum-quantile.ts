import { cumulative, type FittedModel } from "@manymodel/forecast";

/**
 * Returns a quantile of the sum of the next steps of a stored model; undefined of a model that is none of the forecasting
 * library's, or needs regressors.
 */
export type SumQuantile = (model: object, steps: number, probability: number, seed: number) => number | undefined;

/** The quantile by the library's sample paths (see `cumulative`); NaN where the model has no intervals. */
export const sumQuantile: SumQuantile = (model, steps, probability, seed) => {
  if (!("kind" in model) || typeof model.kind !== "string") return undefined;
  try {
    // What is none of the library's models throws.
    const [sums] = cumulative(model as FittedModel, { h: steps, quantiles: [probability], seed }).values;
    return sums?.[steps - 1];
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
};
