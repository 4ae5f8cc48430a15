import { type BoundedForecast, boundForecast, findBounds, type StepBounds, stepBounds } from "../core/bounds.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { matchColumn } from "../core/columns/column.ts";
import { show } from "../core/errors.ts";
import type { Frame } from "../model/frame.ts";

/** The place of a forecast: its rows, or its steps after them. */
export interface ForecastPlace {
  readonly scores: "steps" | "rows";
  readonly time: ColumnInfo | null;
  /** The times of the steps, where they are numbers. */
  readonly times: Float64Array | null;
  readonly data: Frame;
  readonly future?: Frame | undefined;
}

/**
 * Bounds a forecast as the run's exports state: the one place that every batch, server, plot and single forecast goes through. A
 * column's value is that of the row of the step's time, in the table of the future or among planned rows, else the last one before.
 *
 * @throws {Error} naming a column that neither table has
 */
export function boundForecastOf<Forecast extends BoundedForecast>(
  forecast: Forecast,
  exports: unknown,
  place: ForecastPlace,
): Forecast {
  const bounds = findStepBounds(exports, forecast.mean.length, place);
  return bounds === undefined ? forecast : { ...forecast, ...boundForecast(forecast, bounds) };
}

/** Returns the bounds of each step of a forecast, or undefined where the run's exports state none. */
export function findStepBounds(exports: unknown, horizon: number, place: ForecastPlace): StepBounds | undefined {
  const bounds = findBounds(exports);
  return bounds && stepBounds(bounds, horizon, (name) => columnAt(name, horizon, place));
}

function columnAt(name: string, horizon: number, { scores, time, times, data, future }: ForecastPlace): Float64Array {
  const tables = [data, ...(future === undefined ? [] : [future])].filter((table) => hasColumn(table, name));
  if (tables.length === 0)
    throw new Error(`the input has no column ${show(name)}, which bounds the forecast; add it, or set a number`);
  if (scores === "rows") return data.numbers(name);
  const at = new Map<number, number>();
  const first = times?.[0] ?? Number.POSITIVE_INFINITY;
  let last = Number.NaN;
  for (const table of tables) {
    const rowTimes = timesOf(table, time);
    table.numbers(name).forEach((value, row) => {
      if (Number.isNaN(value)) return;
      const when = rowTimes?.[row] ?? Number.NEGATIVE_INFINITY;
      at.set(when, value);
      if (table === data && !(when >= first)) last = value;
    });
  }
  return Float64Array.from({ length: horizon }, (_, step) => {
    last = at.get(times?.[step] ?? Number.NaN) ?? last;
    return last;
  });
}

const hasColumn = ({ columns }: Frame, name: string) =>
  matchColumn(
    columns.map((column) => column.name),
    name,
  ) !== undefined;

/** Returns the times of a table's rows, where they are dates, timestamps or numbers. */
function timesOf(table: Frame, time: ColumnInfo | null): Float64Array | null {
  const type = table.columns.find(({ name }) => name === time?.name)?.type;
  if (time === null || type === undefined) return null;
  if (type === "date" || type === "timestamp") return table.times(time.name);
  return type === "number" ? table.numbers(time.name) : null;
}
