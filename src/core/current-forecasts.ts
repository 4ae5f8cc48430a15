import { ManymodelError } from "./errors.ts";

/** The name of the view of the forecasts that count now. */
export const FORECASTS = "FORECASTS";

/** The table of batches: one row each. */
export const BATCH_RUNS = "BATCH_RUNS";

/**
 * The forecasts that count now: the rows of one batch of a model into a table. It is the newest batch by the version that
 * the alias means, or the default version where there is no such alias. Until that version has been scored, it is the
 * newest batch by any version of the model.
 */
export interface CurrentForecasts {
  readonly model: string;
  readonly alias?: string;
  /** The table of all forecasts. */
  readonly table: string;
  /** The column of the series' times, where it is known. */
  readonly time?: string;
}

/**
 * Checks that a new table may have a name. A table of this name from before there was the view stays.
 *
 * @throws {ManymodelError} `conflict` if it is that of the view
 */
export function checkNotForecasts(table: string): void {
  if (table.toUpperCase() === FORECASTS)
    throw new ManymodelError("conflict", `${table} is the view of the current forecasts; choose another table name`);
}
