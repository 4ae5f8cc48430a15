import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { FORECAST_FINAL } from "../core/override.ts";
import type { KeyColumn, KeyValue } from "../core/partition-key.ts";
import { timeColumn } from "../work/forecast-rows.ts";
import { keyColumn, outputType } from "../work/key-column.ts";

/** The settings that decide the columns of the ledger and of the status table. */
export interface WatchedTable {
  readonly keyColumns: readonly KeyColumn[];
  readonly time: ColumnInfo;
  /** Levels of the forecasts' intervals, in percent, ascending. */
  readonly levels: readonly number[];
}

/** The columns by which the ledger is known. */
export const LEDGER = {
  what: "an accuracy ledger",
  marks: ["MODEL_NAME", "MODEL_RUN", "PARTITION_KEY", "SCALED_ERROR"],
};

const NUMBERS = ["ACTUAL", "FORECAST", "ERROR", "SCALED_ERROR", "Z_SCORE", FORECAST_FINAL];
const FIXED = ["MODEL_NAME", "MODEL_VERSION", "MODEL_RUN", "PARTITION_KEY", "ORIGIN", "STEP", ...NUMBERS];

/** Returns the name of a column of the user's in a table of results: its own, or with `KEY_` before it where that is taken. */
export function ownName(name: string, fixed: readonly string[]): string {
  return fixed.includes(name.toUpperCase()) ? `KEY_${name}` : name;
}

const hitNames = (levels: readonly number[]) => levels.map((level) => `HIT_${level}`);

/** Returns the name of the ledger's column of times. */
export function ledgerTime({ time, levels }: WatchedTable): string {
  return ownName(time.name, [...FIXED, ...hitNames(levels)]);
}

/** Returns the columns of the accuracy ledger, in order. */
export function ledgerColumns(table: WatchedTable): ColumnInfo[] {
  const { keyColumns, time, levels } = table;
  const hits = hitNames(levels);
  const nameOf = (name: string) => ownName(name, [...FIXED, ...hits]);
  return [
    ...["MODEL_NAME", "MODEL_VERSION", "MODEL_RUN"].map((name): ColumnInfo => ({ name, type: "string" })),
    ...keyColumns.map((column): ColumnInfo => ({ name: nameOf(column.name), type: outputType(column) })),
    { name: "PARTITION_KEY", type: "string" },
    { name: "ORIGIN", type: time.type },
    { name: ledgerTime(table), type: time.type },
    { name: "STEP", type: "integer" },
    ...NUMBERS.map((name): ColumnInfo => ({ name, type: "number" })),
    ...hits.map((name): ColumnInfo => ({ name, type: "boolean" })),
  ];
}

/** One forecast that met its observation. */
export interface Entry {
  readonly time: number;
  readonly step: number;
  readonly actual: number;
  readonly forecast: number;
  /** The override that was in force when its time began, else the forecast. */
  readonly final: number;
  /** `actual - forecast`: above 0 where the forecast was too low. */
  readonly error: number;
  /** The error over the scale of the series (see `Scale`); NaN without one. */
  readonly scaled: number;
  /** The error over the standard deviation that the interval claims; NaN if it claims none. */
  readonly z: number;
  /** By level: inside (1), outside (0), or no interval (2). */
  readonly hits: readonly number[];
}

/** The owner of an entry, and its first observation. */
export interface EntryOwner {
  readonly key: readonly KeyValue[];
  readonly partitionKey: string;
  /** The run that trained the model. */
  readonly run: string;
  /** The last observation before the forecasts; NaN if unknown. */
  readonly origin: number;
}

/** Collects rows of the ledger. */
export class LedgerRows {
  readonly #table: WatchedTable;
  readonly #names: readonly [model: string, version: string];
  #rows: { owner: EntryOwner; entry: Entry }[] = [];

  constructor(table: WatchedTable, model: string, version: string) {
    this.#table = table;
    this.#names = [model, version];
  }

  get length(): number {
    return this.#rows.length;
  }

  add(owner: EntryOwner, entry: Entry): void {
    this.#rows.push({ owner, entry });
  }

  /** Returns the rows collected; none are left. */
  take(): ColumnBatch {
    const rows = this.#rows;
    this.#rows = [];
    const { keyColumns, time, levels } = this.#table;
    const text = (values: (string | null)[]): Column => ({ type: "string", values });
    const number = (of: (entry: Entry) => number): Column => ({
      type: "number",
      values: Float64Array.from(rows, ({ entry }) => of(entry)),
    });
    const times = (values: number[]) =>
      timeColumn(
        time,
        values.map((t) => (Number.isNaN(t) ? null : t)),
      );
    const data: Column[] = [
      ...this.#names.map((name) => text(rows.map(() => name))),
      text(rows.map(({ owner }) => owner.run)),
      ...keyColumns.map((column, i) =>
        keyColumn(
          column,
          rows.map(({ owner }) => at(owner.key, i)),
        ),
      ),
      text(rows.map(({ owner }) => owner.partitionKey)),
      times(rows.map(({ owner }) => owner.origin)),
      times(rows.map(({ entry }) => entry.time)),
      { type: "integer", values: rows.map(({ entry }) => BigInt(entry.step)) },
      number(({ actual }) => actual),
      number(({ forecast }) => forecast),
      number(({ error }) => error),
      number(({ scaled }) => scaled),
      number(({ z }) => z),
      number(({ final }) => final),
      ...levels.map(
        (_, i): Column => ({ type: "boolean", values: Uint8Array.from(rows, ({ entry }) => at(entry.hits, i)) }),
      ),
    ];
    const names = ledgerColumns(this.#table).map(({ name }) => name);
    return { length: rows.length, columns: Object.fromEntries(zip(names, data)) };
  }
}
