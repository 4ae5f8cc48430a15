/** The messages of groups and totals. See `wire.ts`. */
import type { Line, Stretch } from "./wire.ts";

/** Partitions with one value of an attribute. Errors and sizes are means of a step, added up over partitions. */
export interface GroupLine {
  readonly value: string | null;
  readonly partitions: number;
  readonly failed: number;
  /** Partitions whose error was measured on a holdout. */
  readonly scored: number;
  /** In percent. */
  readonly wape: number | null;
  readonly lostUnits: number | null;
  readonly lostValue: number | null;
  /** The mean size of the observations held out. */
  readonly units: number | null;
}

/** The partitions of a run rolled up by an attribute. */
export interface RunGroups {
  readonly by: string;
  readonly groups: readonly GroupLine[];
}

/** A total of partitions as a series: what was observed, and the current forecasts. */
export interface TotalSeries {
  /** The value of the attribute; null for all partitions together, or for partitions without a value. */
  readonly value: string | null;
  readonly isAll: boolean;
  readonly partitions: number;
  /** Milliseconds since 1970, or numbers: of the history, then of the forecast. */
  readonly times: readonly number[];
  readonly history: Line;
  readonly forecast: Line;
  /** The forecast of the group's own model, before it was reconciled with the others; null where there is none. */
  readonly own: Line | null;
  readonly lower: readonly Line[];
  readonly upper: readonly Line[];
  readonly stretch: Stretch;
  /** The worth of the forecast; null where it is not known. */
  readonly worth: number | null;
  /** The correlation of the parts' errors; null where it is not known, and counted as 0. */
  readonly correlation: number | null;
  /** Demand over the lead time, and what to order up to; null where batches have no lead time. */
  readonly leadDemand: number | null;
  readonly orderUpTo: number | null;
}

/** Totals of the current forecasts. */
export interface Totals {
  readonly table: string;
  readonly by: string | null;
  readonly levels: readonly number[];
  readonly timeType: "date" | "timestamp" | "number";
  readonly target: string;
  /** Source of the intervals: reconciled forecasts of this level, or from the parts, by the correlation of their errors. */
  readonly intervals: "reconciled" | "correlated";
  readonly attributes: readonly string[];
  readonly series: readonly TotalSeries[];
  /** Notes on missing parts. */
  readonly notes: readonly string[];
}
