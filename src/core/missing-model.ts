/**
 * The answers to a partition without a model: a row that says so, the failure of the batch, or a seasonal naive
 * forecast.
 */
export const MISSING_MODEL = ["status", "error", "fallback"] as const;
/** One of `MISSING_MODEL`. */
export type MissingModel = (typeof MISSING_MODEL)[number];
