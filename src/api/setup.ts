import type { ColumnInfo } from "../core/column.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import { createSeriesEvents, type SeriesEventsOptions } from "./series-events.ts";

/** What `setup` made, and what was there before and was left as it is. */
export interface SetupSummary {
  readonly created: readonly string[];
  readonly kept: readonly string[];
}

const FORECAST_RESULTS: readonly ColumnInfo[] = [
  { name: "MODEL_NAME", type: "string" },
  { name: "MODEL_VERSION", type: "string" },
  { name: "PARTITION_KEY", type: "string" },
  { name: "STEP", type: "integer" },
  { name: "FORECAST", type: "number" },
  { name: "STATUS", type: "string" },
  { name: "ERROR_TYPE", type: "string" },
  { name: "ERROR_MESSAGE", type: "string" },
];

/** Creates what a workspace needs and does not have; never replaces or empties anything. */
export function setup(
  { output, preparation }: Engine,
  outputTable: string,
  series?: SeriesEventsOptions,
): Promise<SetupSummary> {
  return during({ phase: "setup" }, async () => {
    await preparation?.prepare();
    const created: string[] = [];
    const kept: string[] = [];
    const note = (name: string, isNew: boolean) => (isNew ? created : kept).push(name);
    note(outputTable, await output.create(outputTable, FORECAST_RESULTS));
    if (series !== undefined) note(series.table, await createSeriesEvents(output, series));
    return { created, kept };
  });
}
