import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { layOut, textInRuns } from "../core/columns/text-runs.ts";
import { type LeadTime, ORDER_COLUMNS } from "../core/lead-time.ts";
import { encodeKey, type KeyColumn, type KeyValue, type PartitionKey } from "../core/partition-key.ts";
import { levelOfQuantile, levelsToAsk, quantileColumn } from "../core/quantile.ts";
import { parseTime } from "../model/interval.ts";
import type { Cell } from "../model/output-columns.ts";
import type { LayOrders, PlacedOrder } from "./order-columns.ts";
import type { ScoredPartition } from "./score-partition.ts";

/** The settings that decide the columns of a forecast table. */
export interface ForecastTable {
  readonly model: string;
  readonly version: string;
  readonly keyColumns: readonly KeyColumn[];
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  /** The lead time to order over: its columns are there where it is. */
  readonly leadTime?: LeadTime;
  /** True if the first row of each partition has its fingerprint. */
  readonly fingerprints: boolean;
  /** True for a table of readings (see `readingColumns`). */
  readonly readings?: boolean;
  /** Columns of the definition's own. */
  readonly output?: readonly ColumnInfo[];
}

/** The columns that every forecast table has, by what they hold. */
export const FIXED = {
  version: [
    { name: "MODEL_NAME", type: "string" },
    { name: "MODEL_VERSION", type: "string" },
  ],
  key: [{ name: "PARTITION_KEY", type: "string" }],
  forecast: [
    { name: "STEP", type: "integer" },
    { name: "FORECAST", type: "number" },
  ],
  status: [
    { name: "STATUS", type: "string" },
    { name: "ERROR_TYPE", type: "string" },
    { name: "ERROR_MESSAGE", type: "string" },
  ],
  fingerprint: [{ name: "FINGERPRINT", type: "string" }],
} satisfies Record<string, readonly ColumnInfo[]>;
const FIXED_NAMES: readonly string[] = Object.values(FIXED).flatMap((columns) => columns.map(({ name }) => name));

/** Returns the columns of a forecast table (FORECAST_RESULTS), in order. */
export function forecastColumns(table: Omit<ForecastTable, "model" | "version">): ColumnInfo[] {
  const { keyColumns, time, fingerprints, output = [] } = table;
  const bounds = boundsOf(table).map(({ name }) => name);
  const orders = table.leadTime === undefined ? [] : ORDER_COLUMNS;
  const nameOf = (name: string) =>
    [...FIXED_NAMES, ...bounds, ...orders].includes(name.toUpperCase()) ? `KEY_${name}` : name;
  return [
    ...FIXED.version,
    ...keyColumns.map((column): ColumnInfo => ({ name: nameOf(column.name), type: outputType(column) })),
    ...FIXED.key,
    ...(time === null ? [] : [{ ...time, name: nameOf(time.name) }]),
    ...FIXED.forecast,
    ...bounds.map((name): ColumnInfo => ({ name, type: "number" })),
    ...orders.map((name): ColumnInfo => ({ name, type: name === "LEAD_TIME" ? "integer" : "number" })),
    ...output,
    ...FIXED.status,
    ...(fingerprints ? FIXED.fingerprint : []),
  ];
}

/** A column that holds a bound of an interval: which one, and of which of the levels asked of the models. */
interface Bound {
  readonly name: string;
  readonly side: "lower" | "upper";
  readonly level: number;
}

function boundsOf({ levels, quantiles }: Pick<ForecastTable, "levels" | "quantiles">): Bound[] {
  const askedLevels = levelsToAsk(levels, quantiles);
  return [
    ...levels.flatMap((level): Bound[] => [
      { name: `LO_${level}`, side: "lower", level: askedLevels.indexOf(level) },
      { name: `HI_${level}`, side: "upper", level: askedLevels.indexOf(level) },
    ]),
    ...quantiles.map((q): Bound => {
      const level = askedLevels.indexOf(levelOfQuantile(q));
      return { name: quantileColumn(q), side: q < 0.5 ? "lower" : "upper", level };
    }),
  ];
}

/** A column of numbers that grows with its table; NaN where nothing was set. */
export class Numbers {
  #values = new Float64Array(0);
  readonly #rows: number;

  /** @param rows - how many to make room for with the first of them: where rows of a batch stand, none come */
  constructor(rows: number) {
    this.#rows = rows;
  }

  set(values: Float64Array, row: number): void {
    this.#reach(row + values.length);
    this.#values.set(values, row);
  }

  upTo(length: number): Float64Array {
    this.#reach(length);
    return this.#values.subarray(0, length);
  }

  #reach(length: number): void {
    if (length <= this.#values.length) return;
    const larger = new Float64Array(Math.max(length, this.#rows, 2 * this.#values.length)).fill(NaN);
    larger.set(this.#values);
    this.#values = larger;
  }
}

/**
 * Lays partitions out as the rows of a forecast table, one per step or one that says why there is none: numbers into their
 * columns as they come, so that nothing is kept of a partition's forecast itself; texts once a partition.
 */
export class ForecastRows {
  readonly #table: ForecastTable;
  readonly #bounds: readonly (Bound & { readonly values: Numbers })[];
  readonly #keys: PartitionKey[] = [];
  readonly #said: {
    readonly status: string[];
    readonly errorType: (string | null)[];
    readonly errorMessage: (string | null)[];
  } = {
    status: [],
    errorType: [],
    errorMessage: [],
  };
  readonly #fingerprints: (string | null)[] = [];
  /** For each partition the row after its last one. */
  readonly #ends: number[] = [];
  readonly #mean: Numbers;
  readonly #times: Numbers;
  readonly #timeTexts: (string | null)[] = [];
  /** The values of each of the definition's own columns, null in rows without one. */
  readonly #output: Cell[][];
  readonly #steps: (bigint | null)[] = [];
  readonly #orders: PlacedOrder[] = [];
  readonly #layOrders: LayOrders | undefined;
  /** The numbers of steps, made once each. */
  readonly #stepNumbers: bigint[] = [];

  /**
   * @param rows - how many to make room for; there may be more
   * @param layOrders - lays out the columns of order levels, where the table has them
   */
  constructor(table: ForecastTable, rows = 32, layOrders?: LayOrders) {
    this.#table = table;
    this.#layOrders = layOrders;
    this.#bounds = boundsOf(table).map((bound) => ({ ...bound, values: new Numbers(rows) }));
    this.#output = (table.output ?? []).map(() => []);
    this.#mean = new Numbers(rows);
    this.#times = new Numbers(rows);
  }

  add(key: PartitionKey, scored: ScoredPartition, fingerprint: string | null = null): void {
    const row = this.#ends.at(-1) ?? 0;
    this.#keys.push(key);
    this.#said.status.push(scored.status);
    this.#said.errorType.push("errorType" in scored ? scored.errorType : null);
    this.#said.errorMessage.push("errorMessage" in scored ? scored.errorMessage : null);
    this.#fingerprints.push(fingerprint);
    this.#ends.push(row + rowCount(scored));
    const extra = "mean" in scored ? scored.output : undefined;
    for (const [i, values] of this.#output.entries())
      for (let t = 0; t < rowCount(scored); t++) values.push(extra?.[i]?.[t] ?? null);
    if (!("mean" in scored)) {
      this.#steps.push(null);
      return;
    }
    this.#mean.set(scored.mean, row);
    for (const { side, level, values } of this.#bounds) values.set(at(scored[side], level), row);
    for (let i = 0; i < scored.mean.length; i++) this.#steps.push((this.#stepNumbers[i] ??= BigInt(i + 1)));
    const { times, order, stopped } = scored;
    if (order !== undefined) this.#orders.push({ row: row + order.leadTime - 1, order });
    if (times instanceof Float64Array) this.#times.set(times, row);
    else
      times?.forEach((time, i) => {
        this.#timeTexts[row + i] = time;
      });
    if (stopped !== undefined) this.add(key, { status: "ERROR", ...stopped });
  }

  batch(): ColumnBatch {
    const { keyColumns, time, model, version, fingerprints } = this.#table;
    const ends = Int32Array.from(this.#ends);
    const length = ends.at(-1) ?? 0;
    const text = (values: readonly (string | null)[]) => textInRuns({ values, ends });
    const same = (value: string) => textInRuns({ values: length === 0 ? [] : [value], ends: ends.subarray(-1) });
    const numbers = (column: Numbers): Column => ({ type: "number", values: column.upTo(length) });
    const data: Column[] = [
      ...[same(model), same(version)],
      ...keyColumns.map((column, i) => {
        const values = this.#keys.map((key) => at(key, i));
        return outputType(column) === "string"
          ? text(values as (string | null)[])
          : keyColumn(column, layOut({ values, ends }));
      }),
      text(this.#keys.map((key) => encodeKey(keyColumns, key))),
      ...(time === null
        ? []
        : [timeColumn(time, time.type === "string" ? this.#texts(length) : this.#times.upTo(length))]),
      { type: "integer", values: this.#steps },
      ...[this.#mean, ...this.#bounds.map(({ values }) => values)].map(numbers),
      ...(this.#layOrders?.(this.#orders, length) ?? []),
      ...Array.from(zip(this.#table.output ?? [], this.#output), ([{ type }, values]) => cellColumn(type, values)),
      ...[text(this.#said.status), text(this.#said.errorType), text(this.#said.errorMessage)],
      ...(fingerprints ? [firstOfEach(this.#fingerprints, ends)] : []),
    ];
    const names = forecastColumns(this.#table).map(({ name }) => name);
    return { length, columns: Object.fromEntries(zip(names, data)) };
  }

  #texts(length: number): (string | null)[] {
    return Array.from({ length }, (_, row) => this.#timeTexts[row] ?? null);
  }
}

/** Returns values of a definition's own column. */
function cellColumn(type: ColumnInfo["type"], cells: readonly Cell[]): Column {
  if (type === "string") return { type, values: cells.map((cell) => (cell === null ? null : String(cell))) };
  if (type === "boolean") return { type, values: Uint8Array.from(cells, (cell) => (cell === null ? 2 : Number(cell))) };
  const values = Float64Array.from(cells, (cell) => (cell === null ? NaN : Number(cell)));
  return { type: type === "integer" ? "number" : type, values };
}

/** Returns a text in the first row of each partition. */
export function firstOfEach(texts: readonly (string | null)[], ends: Int32Array): Column {
  const values = new Array<string | null>(ends.at(-1) ?? 0).fill(null);
  let row = 0;
  for (const [text, end] of zip(texts, ends)) {
    if (end > row) values[row] = text;
    row = end;
  }
  return { type: "string", values };
}

const rowCount = (scored: ScoredPartition) => ("mean" in scored ? scored.mean.length : 1);

/** Returns the type of a key column in a table of results. */
export function outputType({ type }: KeyColumn): ColumnInfo["type"] {
  if (type === "double") return "number";
  return type === "decimal" ? "string" : type;
}

/** Returns the key values as a column of a table of results. */
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

/** Returns times as a column of a table of results, in the type of the time column they are of. */
export function timeColumn({ type }: ColumnInfo, times: Float64Array | readonly (number | string | null)[]): Column {
  if (type === "string") return { type, values: times as (string | null)[] };
  const numbers =
    times instanceof Float64Array ? times : Float64Array.from(times, (time) => (time === null ? NaN : Number(time)));
  if (type === "integer") return { type, values: Array.from(numbers, (t) => (Number.isNaN(t) ? null : BigInt(t))) };
  return { type: type === "date" || type === "timestamp" ? type : "number", values: numbers };
}
