import type { VerdictName } from "@manymodel/forecast/monitoring";
import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { decodeKey, type KeyColumn } from "../core/partition-key.ts";
import { keyColumn, outputType } from "../work/key-column.ts";
import { ownName } from "./ledger.ts";
import type { RowMeasure } from "./row-measures.ts";
import type { MonitorRun } from "./status.ts";

/** A measure with its partition and the verdict on it. */
export interface JudgedMeasure extends RowMeasure {
  readonly partitionKey: string;
  /** Null for a measure that is shown and not judged. */
  readonly verdict: VerdictName | null;
}

/** The columns by which the table of measures is known. */
export const MEASURES = {
  what: "a table of measures of rows",
  marks: ["MONITOR_ID", "MODEL_NAME", "PARTITION_KEY", "METRIC", "FEATURE"],
};

const TEXTS = ["METRIC", "FEATURE", "VERDICT"] as const;
const NUMBERS = ["VALUE", "REFERENCE", "P_VALUE"] as const;
const FIXED = [
  ...["MONITOR_ID", "MONITORED_AT", "MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "N"],
  ...TEXTS,
  ...NUMBERS,
];

/** Returns the columns of the table of measures, in order: a row a partition and measure. */
export function measureColumns(keyColumns: readonly KeyColumn[]): ColumnInfo[] {
  const text = (name: string): ColumnInfo => ({ name, type: "string" });
  return [
    ...[text("MONITOR_ID"), { name: "MONITORED_AT", type: "timestamp" } as const],
    ...[text("MODEL_NAME"), text("MODEL_VERSION")],
    ...keyColumns.map((column): ColumnInfo => ({ name: ownName(column.name, FIXED), type: outputType(column) })),
    ...[text("PARTITION_KEY"), ...TEXTS.map(text)],
    { name: "N", type: "integer" },
    ...NUMBERS.map((name): ColumnInfo => ({ name, type: "number" })),
  ];
}

/** Returns the rows of a monitoring run for some measures. */
export function measureBatch(
  keyColumns: readonly KeyColumn[],
  run: MonitorRun,
  measures: readonly JudgedMeasure[],
): ColumnBatch {
  const text = (of: (measure: JudgedMeasure) => string | null): Column => ({
    type: "string",
    values: measures.map(of),
  });
  const number = (of: (measure: JudgedMeasure) => number): Column => ({
    type: "number",
    values: Float64Array.from(measures, of),
  });
  const keys = measures.map(({ partitionKey }) => decodeKey(partitionKey).key);
  const data: Column[] = [
    text(() => run.id),
    { type: "timestamp", values: new Float64Array(measures.length).fill(run.at.getTime()) },
    ...[text(() => run.model), text(() => run.version)],
    ...keyColumns.map((column, i) =>
      keyColumn(
        column,
        keys.map((key) => at(key, i)),
      ),
    ),
    ...[text(({ partitionKey }) => partitionKey), text(({ metric }) => metric), text(({ feature }) => feature)],
    text(({ verdict }) => verdict),
    { type: "integer", values: measures.map(({ n }) => BigInt(n)) },
    ...[number(({ value }) => value), number(({ reference }) => reference), number(({ p }) => p)],
  ];
  const names = measureColumns(keyColumns).map(({ name }) => name);
  return { length: measures.length, columns: Object.fromEntries(zip(names, data)) };
}
