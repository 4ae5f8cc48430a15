import { type ColumnBatch, type ColumnInfo, getColumn } from "./columns/column.ts";

/** The table of overrides: a row for each value that was set or removed. Rows are added and never changed. */
export const FORECAST_OVERRIDES = "FORECAST_OVERRIDES";

/** The column of the forecasts that count after overrides. */
export const FORECAST_FINAL = "FORECAST_FINAL";

/** The columns of the table of overrides, in order. A removal has no OVERRIDE. */
export const OVERRIDE_COLUMNS = [
  { name: "CHANGE_ID", type: "string" },
  { name: "MODEL_NAME", type: "string" },
  { name: "PARTITION_KEY", type: "string" },
  { name: "TIME", type: "timestamp" },
  { name: "OVERRIDE", type: "number" },
  { name: "REASON", type: "string" },
  { name: "EXPIRES_AT", type: "timestamp" },
  { name: "CHANGED_BY", type: "string" },
  { name: "CHANGED_AT", type: "timestamp" },
] as const satisfies readonly ColumnInfo[];

/**
 * A value that a planner set in place of a forecast, or its removal. It belongs to a model, a partition and a time, whichever
 * version forecasts it. Times are in milliseconds since 1970 (UTC).
 */
export interface Override {
  /** The change that it is of: one call. */
  readonly changeId: string;
  readonly model: string;
  readonly partitionKey: string;
  readonly time: number;
  /** The value; NaN removes the override before it. */
  readonly value: number;
  readonly reason: string;
  /** The first moment at which it no longer counts; NaN if it does not expire. */
  readonly expiresAt: number;
  readonly by: string;
  readonly at: number;
}

/** Returns the rows of overrides as a batch of the table. */
export function overrideBatch(overrides: readonly Override[]): ColumnBatch {
  const text = (of: (one: Override) => string) => ({ type: "string" as const, values: overrides.map(of) });
  const number = (of: (one: Override) => number) => Float64Array.from(overrides, of);
  const moment = (of: (one: Override) => number) => ({ type: "timestamp" as const, values: number(of) });
  return {
    length: overrides.length,
    columns: {
      CHANGE_ID: text(({ changeId }) => changeId),
      MODEL_NAME: text(({ model }) => model),
      PARTITION_KEY: text(({ partitionKey }) => partitionKey),
      TIME: moment(({ time }) => time),
      OVERRIDE: { type: "number", values: number(({ value }) => value) },
      REASON: text(({ reason }) => reason),
      EXPIRES_AT: moment(({ expiresAt }) => expiresAt),
      CHANGED_BY: text(({ by }) => by),
      CHANGED_AT: moment(({ at }) => at),
    },
  };
}

/** Returns the overrides of a batch of the table. */
export function overridesOf(batch: ColumnBatch): Override[] {
  if (batch.length === 0) return [];
  const text = (name: string) => {
    const { values } = getColumn(batch, name);
    return (row: number) => String(values[row] ?? "");
  };
  const number = (name: string) => {
    const { values } = getColumn(batch, name);
    return (row: number) => Number(values[row] ?? NaN);
  };
  const [changeId, model, partitionKey] = [text("CHANGE_ID"), text("MODEL_NAME"), text("PARTITION_KEY")];
  const [time, value, reason] = [number("TIME"), number("OVERRIDE"), text("REASON")];
  const [expiresAt, by, at] = [number("EXPIRES_AT"), text("CHANGED_BY"), number("CHANGED_AT")];
  return Array.from({ length: batch.length }, (_, row) => ({
    ...{ changeId: changeId(row), model: model(row), partitionKey: partitionKey(row), time: time(row) },
    ...{ value: value(row), reason: reason(row), expiresAt: expiresAt(row), by: by(row), at: at(row) },
  }));
}

const placeOf = ({ model, partitionKey, time }: Pick<Override, "model" | "partitionKey" | "time">) =>
  `${model}\n${time}\n${partitionKey}`;

/** Tells whether the first row was written after the second. */
const isLater = (a: Override, b: Override) => a.at > b.at || (a.at === b.at && a.changeId > b.changeId);

/**
 * The overrides in force. Of a model, a partition and a time the last row that was written decides: none counts if that row
 * removes, or has expired. The database decides the same for the view FORECASTS (`engines/node/final-forecast.ts`).
 */
export class OverridesInForce {
  readonly #rows = new Map<string, Override[]>();

  constructor(rows: readonly Override[]) {
    for (const row of rows) {
      const place = placeOf(row);
      const earlier = this.#rows.get(place);
      if (earlier === undefined) this.#rows.set(place, [row]);
      else earlier.push(row);
    }
  }

  /**
   * Finds the override of a forecast.
   *
   * @param moment - when it counts; rows that were written after it do not exist yet
   */
  find(of: Pick<Override, "model" | "partitionKey" | "time">, moment: number): Override | undefined {
    let last: Override | undefined;
    for (const row of this.#rows.get(placeOf(of)) ?? [])
      if (row.at <= moment && (last === undefined || isLater(row, last))) last = row;
    const isInForce = last !== undefined && !Number.isNaN(last.value) && !(last.expiresAt <= moment);
    return isInForce ? last : undefined;
  }

  /** Lists all overrides in force, by model, partition and time. */
  all(moment: number): Override[] {
    const current = [...this.#rows.values()].flatMap(([first]) => (first && this.find(first, moment)) ?? []);
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    return current.sort((a, b) => order(a.model, b.model) || order(a.partitionKey, b.partitionKey) || a.time - b.time);
  }
}

/** A forecast of one partition whose steps have times. */
export interface DatedForecast {
  readonly model: string;
  readonly partitionKey: string;
  /** The time of each step, in milliseconds since 1970 (UTC). */
  readonly times: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
}

/**
 * Returns the forecasts that count: of each step the override in force, else the mean. Undefined where no override is
 * in force.
 */
export function finalForecast(
  { model, partitionKey, times, mean }: DatedForecast,
  overrides: OverridesInForce,
  moment: number,
): number[] | undefined {
  let isOverridden = false;
  const final = Array.from(mean, (value, i) => {
    const override = overrides.find({ model, partitionKey, time: times[i] ?? NaN }, moment);
    isOverridden ||= override !== undefined;
    return override?.value ?? value;
  });
  return isOverridden ? final : undefined;
}
