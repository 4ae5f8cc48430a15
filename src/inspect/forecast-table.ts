import { formatTime } from "../model/interval.ts";
import type { PartitionSeries } from "./partition-series.ts";

/** A partition's forecast as rows of a table: time, step, point forecast, bounds. Null where there is no value. */
export interface ForecastTableOf {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * Returns the rows that a batch would write of a partition, without those columns that are the same in all of them.
 */
export function forecastTable({ scored, levels, time }: PartitionSeries): ForecastTableOf {
  const { times = null, mean = [], lower = [], upper = [] } = "mean" in scored ? scored : {};
  const timeText = (at: string | number | null | undefined) => {
    if (typeof at !== "number") return at ?? null;
    return time?.type === "date" || time?.type === "timestamp" ? formatTime(time.type, at) : at;
  };
  const axis = time === null || times === null ? [] : [{ name: time.name, times }];
  const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  return {
    columns: [
      ...axis.map(({ name }) => name),
      "STEP",
      "FORECAST",
      ...levels.flatMap((level) => [`LO_${level}`, `HI_${level}`]),
    ],
    rows: Array.from(mean, (value, i) => [
      ...axis.map(({ times }) => timeText(times[i])),
      i + 1,
      value,
      ...levels.flatMap((_, level) => [orNull(lower[level]?.[i]), orNull(upper[level]?.[i])]),
    ]),
  };
}
