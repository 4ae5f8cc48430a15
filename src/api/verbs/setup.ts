import type { CurrentForecasts } from "../../core/current-forecasts.ts";
import { during } from "../../ports/activity.ts";
import type { Engine } from "../../ports/engine.ts";
import { forecastColumns } from "../../work/forecast-rows.ts";
import { createSeriesEvents, type SeriesEventsOptions } from "./series-events.ts";

/** The objects that `setup` created, and those that existed and stayed as they were. */
export interface SetupSummary {
  readonly created: readonly string[];
  readonly kept: readonly string[];
}

/** A forecast table before it is known whose forecasts it will hold. */
const ANY_VERSION = { keyColumns: [], time: null, levels: [], quantiles: [], fingerprints: false };

/** Creates what a workspace needs and does not have; never replaces or empties anything. */
export function setup(
  { output, preparation, views }: Engine,
  current: CurrentForecasts,
  series?: SeriesEventsOptions,
): Promise<SetupSummary> {
  return during({ phase: "setup" }, async () => {
    await preparation?.prepare();
    const created: string[] = [];
    const existing: string[] = [];
    const note = (name: string, isNew: boolean) => (isNew ? created : existing).push(name);
    note(current.table, await output.create(current.table, forecastColumns(ANY_VERSION)));
    await views.showForecasts(current);
    if (series !== undefined) note(series.table, await createSeriesEvents(output, series));
    return { created, kept: existing };
  });
}
