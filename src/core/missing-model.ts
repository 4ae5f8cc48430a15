/**
 * The answers to a partition without a model: a row that says so, the failure of the batch, a seasonal naive forecast, or one by
 * the model that all partitions of the version share.
 */
export const MISSING_MODEL = ["status", "error", "fallback", "global"] as const;
/** One of `MISSING_MODEL`. */
export type MissingModel = (typeof MISSING_MODEL)[number];
