import type { Column, ColumnBatch, ColumnInfo } from "../core/column.ts";
import { encodeKey, type KeyColumn, type KeyValue, type PartitionKey } from "../core/partition-key.ts";
import { parseTime } from "../model/interval.ts";
import type { Times } from "./score-partition.ts";

/** What decides the columns of a forecast table. */
export interface ForecastTable {
  readonly model: string;
  readonly version: string;
  readonly keyColumns: readonly KeyColumn[];
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly levels: readonly number[];
}

/** The columns of a forecast table (FORECAST_RESULTS), in order. */
export function forecastColumns({ keyColumns, time, levels }: ForecastTable): ColumnInfo[] {
  const bounds = levels.flatMap((level) => [`LO_${level}`, `HI_${level}`]);
  const fixed = ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STEP", "FORECAST", "STATUS", ...bounds];
  const own = (name: string) => (fixed.includes(name.toUpperCase()) ? `KEY_${name}` : name);
  return [
    { name: "MODEL_NAME", type: "string" },
    { name: "MODEL_VERSION", type: "string" },
    ...keyColumns.map((column): ColumnInfo => ({ name: own(column.name), type: outputType(column) })),
    { name: "PARTITION_KEY", type: "string" },
    ...(time === null ? [] : [{ ...time, name: own(time.name) }]),
    { name: "STEP", type: "integer" },
    { name: "FORECAST", type: "number" },
    ...bounds.map((name): ColumnInfo => ({ name, type: "number" })),
    { name: "STATUS", type: "string" },
  ];
}

/** Collects the rows of a forecast table column by column: one per step, or one that says why there is none. */
export class ForecastRows {
  readonly #table: ForecastTable;
  readonly #columns: readonly ColumnInfo[];
  readonly #keys: KeyValue[][];
  readonly #partitionKey: string[] = [];
  readonly #times: (number | string | null)[] = [];
  readonly #steps: (bigint | null)[] = [];
  readonly #numbers: number[][];
  readonly #status: string[] = [];

  constructor(table: ForecastTable) {
    this.#table = table;
    this.#columns = forecastColumns(table);
    this.#keys = table.keyColumns.map(() => []);
    this.#numbers = Array.from({ length: 1 + 2 * table.levels.length }, () => []);
  }

  forecast(
    key: PartitionKey,
    times: Times | null,
    mean: Float64Array,
    lower: readonly Float64Array[],
    upper: readonly Float64Array[],
  ): void {
    const partitionKey = encodeKey(this.#table.keyColumns, key);
    for (let i = 0; i < mean.length; i++) {
      this.#row(key, partitionKey, times === null ? null : times[i]!, BigInt(i + 1), "OK");
      this.#numbers[0]!.push(mean[i]!);
      for (let level = 0; level < lower.length; level++) {
        this.#numbers[1 + 2 * level]!.push(lower[level]![i]!);
        this.#numbers[2 + 2 * level]!.push(upper[level]![i]!);
      }
    }
  }

  /** A partition without a forecast: one row that says why. */
  status(key: PartitionKey, status: string): void {
    this.#row(key, encodeKey(this.#table.keyColumns, key), null, null, status);
    for (const column of this.#numbers) column.push(NaN);
  }

  #row(
    key: PartitionKey,
    partitionKey: string,
    time: number | string | null,
    step: bigint | null,
    status: string,
  ): void {
    for (let i = 0; i < key.length; i++) this.#keys[i]!.push(key[i]!);
    this.#partitionKey.push(partitionKey);
    this.#times.push(time);
    this.#steps.push(step);
    this.#status.push(status);
  }

  batch(): ColumnBatch {
    const length = this.#status.length;
    const text = (values: readonly string[]): Column => ({ type: "string", values });
    const { keyColumns, time, model, version } = this.#table;
    const data: Column[] = [
      text(new Array<string>(length).fill(model)),
      text(new Array<string>(length).fill(version)),
      ...keyColumns.map((column, i) => keyColumn(column, this.#keys[i]!)),
      text(this.#partitionKey),
      ...(time === null ? [] : [timeColumn(time, this.#times)]),
      { type: "integer", values: this.#steps },
      ...this.#numbers.map((values): Column => ({ type: "number", values: Float64Array.from(values) })),
      text(this.#status),
    ];
    return { length, columns: Object.fromEntries(this.#columns.map(({ name }, i) => [name, data[i]!])) };
  }
}

/** The type of a key column in a table of results. */
export function outputType({ type }: KeyColumn): ColumnInfo["type"] {
  if (type === "double") return "number";
  return type === "decimal" ? "string" : type;
}

/** Key values as a column of a table of results. */
export function keyColumn({ type }: KeyColumn, values: KeyValue[]): Column {
  switch (type) {
    case "integer":
      return { type, values: values.map((v) => (v === null ? null : BigInt(v as number | bigint))) };
    case "double":
      return { type: "number", values: Float64Array.from(values, (v) => (v === null ? NaN : (v as number))) };
    case "boolean":
      return { type, values: Uint8Array.from(values, (v) => (v === null ? 2 : Number(v))) };
    case "date":
    case "timestamp":
      return { type, values: Float64Array.from(values, (v) => (v === null ? NaN : parseTime(type, v as string))) };
    default:
      return { type: "string", values: values as (string | null)[] };
  }
}

/** Times as a column of a table of results, in the type of the time column they are of. */
export function timeColumn({ type }: ColumnInfo, times: readonly (number | string | null)[]): Column {
  if (type === "string") return { type, values: times as (string | null)[] };
  const numbers = Float64Array.from(times, (time) => (time === null ? NaN : Number(time)));
  if (type === "integer") return { type, values: Array.from(numbers, (t) => (Number.isNaN(t) ? null : BigInt(t))) };
  return { type: type === "date" || type === "timestamp" ? type : "number", values: numbers };
}
