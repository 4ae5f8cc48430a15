import type { VerdictName } from "@manymodel/forecast/monitoring";
import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { decodeKey } from "../core/partition-key.ts";
import { timeColumn } from "../work/forecast-rows.ts";
import { keyColumn, outputType } from "../work/key-column.ts";
import { ownName, type WatchedTable } from "./ledger.ts";
import type { Scale } from "./scale.ts";

/** The result of a monitoring run for one partition: a row of the status table. Numbers are NaN where unknown. */
export interface PartitionStatus {
  readonly partitionKey: string;
  /** The run that trained the model, by which the ledger's entries are its own; null without a model. */
  readonly run: string | null;
  readonly verdict: VerdictName;
  readonly reasons: readonly string[];
  /** From which time on, as far as the CUSUM tells; NaN otherwise. */
  readonly since: number;
  /** The severity: 1 is exactly at a threshold of drift. */
  readonly severity: number;
  /** Number of times with an observation in this model's ledger. */
  readonly n: number;
  readonly meanScaledError: number;
  /**
   * Ratio of the mean absolute error over the window to the scale, which is the registered holdout's if `scaleOf` is
   * `holdout`.
   */
  readonly ratio: number;
  readonly scaleOf: Scale["of"];
  readonly missing: number;
  /** In percent, by level. */
  readonly coverage: readonly number[];
  readonly cusumUp: number;
  readonly cusumDown: number;
  readonly cusumSpread: number;
  /** Adjusted over all partitions. */
  readonly pValue: number;
}

/** A monitoring run, as its rows name it. */
export interface MonitorRun {
  readonly id: string;
  readonly at: Date;
  readonly model: string;
  readonly version: string;
}

/** The columns by which the status table is known. */
export const STATUS = {
  what: "a table of monitoring",
  marks: ["MONITOR_ID", "MODEL_NAME", "PARTITION_KEY", "VERDICT"],
};

const NUMBERS: readonly (readonly [string, (status: PartitionStatus) => number])[] = [
  ["SEVERITY", ({ severity }) => severity],
  ["MEAN_SCALED_ERROR", ({ meanScaledError }) => meanScaledError],
  ["RATIO", ({ ratio }) => ratio],
  ["CUSUM_UP", ({ cusumUp }) => cusumUp],
  ["CUSUM_DOWN", ({ cusumDown }) => cusumDown],
  ["CUSUM_SPREAD", ({ cusumSpread }) => cusumSpread],
  ["P_VALUE", ({ pValue }) => pValue],
];
const FIXED = [
  ...["MONITOR_ID", "MONITORED_AT", "MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "VERDICT", "REASONS", "SINCE"],
  ...["N", "MISSING", "SCALE_OF", "MODEL_RUN", ...NUMBERS.map(([name]) => name)],
];

/** Returns the columns of the status table, in order. */
export function statusColumns({ keyColumns, time, levels }: WatchedTable): ColumnInfo[] {
  const coverage = levels.map((level) => `COVERAGE_${level}`);
  const text = (name: string): ColumnInfo => ({ name, type: "string" });
  const number = (name: string): ColumnInfo => ({ name, type: "number" });
  return [
    ...[
      text("MONITOR_ID"),
      { name: "MONITORED_AT", type: "timestamp" } as const,
      text("MODEL_NAME"),
      text("MODEL_VERSION"),
    ],
    ...keyColumns.map(
      (column): ColumnInfo => ({
        name: ownName(column.name, [...FIXED, ...coverage]),
        type: outputType(column),
      }),
    ),
    ...[text("PARTITION_KEY"), text("VERDICT"), text("REASONS"), { name: "SINCE", type: time.type }],
    ...["N", "MISSING"].map((name): ColumnInfo => ({ name, type: "integer" })),
    text("SCALE_OF"),
    text("MODEL_RUN"),
    ...[...NUMBERS.map(([name]) => name), ...coverage].map(number),
  ];
}

/** Returns the rows of a monitoring run for some partitions. */
export function statusBatch(table: WatchedTable, run: MonitorRun, statuses: readonly PartitionStatus[]): ColumnBatch {
  const { keyColumns, time, levels } = table;
  const { length } = statuses;
  const text = (of: (status: PartitionStatus) => string | null): Column => ({
    type: "string",
    values: statuses.map(of),
  });
  const number = (of: (status: PartitionStatus) => number): Column => ({
    type: "number",
    values: Float64Array.from(statuses, of),
  });
  const integer = (of: (status: PartitionStatus) => number): Column => ({
    type: "integer",
    values: statuses.map((status) => BigInt(of(status))),
  });
  const keys = statuses.map(({ partitionKey }) => decodeKey(partitionKey).key);
  const data: Column[] = [
    text(() => run.id),
    { type: "timestamp", values: new Float64Array(length).fill(run.at.getTime()) },
    text(() => run.model),
    text(() => run.version),
    ...keyColumns.map((column, i) =>
      keyColumn(
        column,
        keys.map((key) => at(key, i)),
      ),
    ),
    text(({ partitionKey }) => partitionKey),
    text(({ verdict }) => verdict),
    text(({ reasons }) => reasons.join(", ")),
    timeColumn(
      time,
      statuses.map(({ since }) => (Number.isNaN(since) ? null : since)),
    ),
    integer(({ n }) => n),
    integer(({ missing }) => missing),
    text(({ scaleOf }) => scaleOf),
    text(({ run }) => run),
    ...NUMBERS.map(([, of]) => number(of)),
    ...levels.map((_, i) => number(({ coverage }) => coverage[i] ?? NaN)),
  ];
  const names = statusColumns(table).map(({ name }) => name);
  return { length, columns: Object.fromEntries(zip(names, data)) };
}
