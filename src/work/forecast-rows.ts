import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { type LeadTime, ORDER_COLUMNS } from "../core/lead-time.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { levelOfQuantile, levelsToAsk, quantileColumn } from "../core/quantile.ts";
import type { Cell } from "../model/output-columns.ts";
import { outputType } from "./key-column.ts";
import type { LayOrders, PlacedOrder } from "./order-columns.ts";
import { PartitionRows, type ResultTable } from "./partition-rows.ts";
import type { ScoredPartition } from "./score-partition.ts";

/** The settings that decide the columns of a forecast table. */
export interface ForecastTable extends ResultTable {
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  /** The lead time to order over: its columns are there where it is. */
  readonly leadTime?: LeadTime;
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
    // Of a few numbers a loop is faster than a call of `set`.
    const to = this.#values;
    let at = row;
    for (const value of values) to[at++] = value;
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
  readonly #partitions: PartitionRows;
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
    this.#partitions = new PartitionRows(table);
    this.#layOrders = layOrders;
    this.#bounds = boundsOf(table).map((bound) => ({ ...bound, values: new Numbers(rows) }));
    this.#output = (table.output ?? []).map(() => []);
    this.#mean = new Numbers(rows);
    this.#times = new Numbers(rows);
  }

  add(key: PartitionKey, scored: ScoredPartition, fingerprint: string | null = null): void {
    const row = this.#partitions.add(key, scored, rowCount(scored), fingerprint);
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
    const { time, output = [] } = this.#table;
    const { length } = this.#partitions;
    const numbers = (column: Numbers): Column => ({ type: "number", values: column.upTo(length) });
    return this.#partitions.batch(forecastColumns(this.#table), [
      ...(time === null
        ? []
        : [timeColumn(time, time.type === "string" ? this.#texts(length) : this.#times.upTo(length))]),
      { type: "integer", values: this.#steps },
      ...[this.#mean, ...this.#bounds.map(({ values }) => values)].map(numbers),
      ...(this.#layOrders?.(this.#orders, length) ?? []),
      ...Array.from(zip(output, this.#output), ([{ type }, values]) => cellColumn(type, values)),
    ]);
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

const rowCount = (scored: ScoredPartition) => ("mean" in scored ? scored.mean.length : 1);

/** Returns times as a column of a table of results, in the type of the time column they are of. */
export function timeColumn({ type }: ColumnInfo, times: Float64Array | readonly (number | string | null)[]): Column {
  if (type === "string") return { type, values: times as (string | null)[] };
  const numbers =
    times instanceof Float64Array ? times : Float64Array.from(times, (time) => (time === null ? NaN : Number(time)));
  if (type === "integer") return { type, values: Array.from(numbers, (t) => (Number.isNaN(t) ? null : BigInt(t))) };
  return { type: type === "date" || type === "timestamp" ? type : "number", values: numbers };
}
