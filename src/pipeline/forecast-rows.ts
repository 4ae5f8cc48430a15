import type { Column, ColumnBatch, ColumnInfo } from "../core/column.ts";
import { encodeKey, type KeyColumn, type KeyValue, type PartitionKey } from "../core/partition-key.ts";
import { levelOfQuantile, levelsToAsk, quantileColumn } from "../core/quantile.ts";
import { parseTime } from "../model/interval.ts";
import type { ScoredPartition } from "./score-partition.ts";

/** What decides the columns of a forecast table. */
export interface ForecastTable {
  readonly model: string;
  readonly version: string;
  readonly keyColumns: readonly KeyColumn[];
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  /** Whether the first row of each partition says what it was made from. */
  readonly fingerprints: boolean;
}

const FIXED = [
  ...["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STEP", "FORECAST"],
  ...["STATUS", "ERROR_TYPE", "ERROR_MESSAGE", "FINGERPRINT"],
];

/** The columns of a forecast table (FORECAST_RESULTS), in order. */
export function forecastColumns(table: ForecastTable): ColumnInfo[] {
  const { keyColumns, time, fingerprints } = table;
  const bounds = boundsOf(table).map(({ name }) => name);
  const own = (name: string) => ([...FIXED, ...bounds].includes(name.toUpperCase()) ? `KEY_${name}` : name);
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
    { name: "ERROR_TYPE", type: "string" },
    { name: "ERROR_MESSAGE", type: "string" },
    ...(fingerprints ? [{ name: "FINGERPRINT", type: "string" } as const] : []),
  ];
}

/** A column that holds a bound of an interval: which one, and of which of the levels asked of the models. */
interface Bound {
  readonly name: string;
  readonly side: "lower" | "upper";
  readonly level: number;
}

function boundsOf({ levels, quantiles }: ForecastTable): Bound[] {
  const asked = levelsToAsk(levels, quantiles);
  return [
    ...levels.flatMap((level): Bound[] => [
      { name: `LO_${level}`, side: "lower", level: asked.indexOf(level) },
      { name: `HI_${level}`, side: "upper", level: asked.indexOf(level) },
    ]),
    ...quantiles.map((q): Bound => {
      const level = asked.indexOf(levelOfQuantile(q));
      return { name: quantileColumn(q), side: q < 0.5 ? "lower" : "upper", level };
    }),
  ];
}

/** A partition's part of the table. */
interface Entry {
  readonly key: PartitionKey;
  readonly scored: ScoredPartition;
  readonly fingerprint: string | null;
}

/** Collects partitions, and lays them out as the rows of a forecast table: one per step, or one that says why there is none. */
export class ForecastRows {
  readonly #table: ForecastTable;
  readonly #entries: Entry[] = [];
  #length = 0;

  constructor(table: ForecastTable) {
    this.#table = table;
  }

  add(key: PartitionKey, scored: ScoredPartition, fingerprint: string | null = null): void {
    this.#entries.push({ key, scored, fingerprint });
    this.#length += rowCount(scored);
  }

  batch(): ColumnBatch {
    const { keyColumns, time, model, version, fingerprints } = this.#table;
    const data: Column[] = [
      this.#text(() => model),
      this.#text(() => version),
      ...keyColumns.map((column, i) =>
        keyColumn(
          column,
          this.#repeat<KeyValue>(({ key }) => key[i]!),
        ),
      ),
      this.#text(({ key }) => encodeKey(keyColumns, key)),
      ...(time === null ? [] : [this.#times(time)]),
      { type: "integer", values: this.#steps() },
      this.#numbers((scored) => scored.mean),
      ...boundsOf(this.#table).map(({ side, level }) => this.#numbers((scored) => scored[side][level]!)),
      this.#text(({ scored }) => scored.status),
      this.#text(({ scored }) => ("errorType" in scored ? scored.errorType : null)),
      this.#text(({ scored }) => ("errorMessage" in scored ? scored.errorMessage : null)),
      ...(fingerprints ? [{ type: "string", values: this.#fingerprints() } as const] : []),
    ];
    const names = forecastColumns(this.#table).map(({ name }) => name);
    return { length: this.#length, columns: Object.fromEntries(names.map((name, i) => [name, data[i]!])) };
  }

  /** The same value in every row of a partition. */
  #repeat<T>(value: (entry: Entry) => T): T[] {
    const values = new Array<T>(this.#length);
    let row = 0;
    for (const entry of this.#entries) {
      const end = row + rowCount(entry.scored);
      values.fill(value(entry), row, end);
      row = end;
    }
    return values;
  }

  #text(value: (entry: Entry) => string | null): Column {
    return { type: "string", values: this.#repeat(value) };
  }

  #numbers(values: (scored: Forecasted) => Float64Array): Column {
    const column = new Float64Array(this.#length).fill(NaN);
    let row = 0;
    for (const { scored } of this.#entries) {
      if ("mean" in scored) column.set(values(scored), row);
      row += rowCount(scored);
    }
    return { type: "number", values: column };
  }

  #steps(): (bigint | null)[] {
    const values = new Array<bigint | null>(this.#length);
    let row = 0;
    for (const { scored } of this.#entries) {
      if ("mean" in scored) for (let i = 0; i < scored.mean.length; i++) values[row++] = step(i);
      else values[row++] = null;
    }
    return values;
  }

  #times(column: ColumnInfo): Column {
    const isText = column.type === "string";
    const texts = new Array<string | null>(isText ? this.#length : 0).fill(null);
    const numbers = new Float64Array(isText ? 0 : this.#length).fill(NaN);
    let row = 0;
    for (const { scored } of this.#entries) {
      const times = "times" in scored ? scored.times : null;
      if (times instanceof Float64Array) numbers.set(times, row);
      else if (times !== null) for (let i = 0; i < times.length; i++) texts[row + i] = times[i]!;
      row += rowCount(scored);
    }
    return timeColumn(column, isText ? texts : numbers);
  }

  /** In the first row of each partition. */
  #fingerprints(): (string | null)[] {
    const values = new Array<string | null>(this.#length).fill(null);
    let row = 0;
    for (const { scored, fingerprint } of this.#entries) {
      if (rowCount(scored) > 0) values[row] = fingerprint;
      row += rowCount(scored);
    }
    return values;
  }
}

type Forecasted = Extract<ScoredPartition, { readonly mean: Float64Array }>;

/** The numbers of steps, made once each. */
const STEPS: bigint[] = [];
const step = (i: number) => (STEPS[i] ??= BigInt(i + 1));

const rowCount = (scored: ScoredPartition) => ("mean" in scored ? scored.mean.length : 1);

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
export function timeColumn({ type }: ColumnInfo, times: Float64Array | readonly (number | string | null)[]): Column {
  if (type === "string") return { type, values: times as (string | null)[] };
  const numbers =
    times instanceof Float64Array ? times : Float64Array.from(times, (time) => (time === null ? NaN : Number(time)));
  if (type === "integer") return { type, values: Array.from(numbers, (t) => (Number.isNaN(t) ? null : BigInt(t))) };
  return { type: type === "date" || type === "timestamp" ? type : "number", values: numbers };
}
