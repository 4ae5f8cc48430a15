import type { QueryValue } from "../../ports/tables.ts";

export const number = (value: QueryValue | undefined) =>
  value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value);
export const text = (value: QueryValue | undefined) => (value === null || value === undefined ? null : String(value));

/** Selects the rows of a version: the model is bound to `$1`, its version to `$2`. */
export const OF_VERSION = "MODEL_NAME = $1 AND MODEL_VERSION = $2";

/** Selects the rows of the status table from a version's latest monitoring run, bound as `OF_VERSION`. */
export const latestOf = (status: string) =>
  `${OF_VERSION} AND MONITORED_AT = (SELECT MAX(MONITORED_AT) FROM ${status} WHERE ${OF_VERSION})`;
