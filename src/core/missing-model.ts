/** What a partition without a model means: a row that says so, the failure of the batch, or a seasonal naive forecast. */
export const MISSING_MODEL = ["status", "error", "fallback"] as const;
export type MissingModel = (typeof MISSING_MODEL)[number];
