import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { FIXED, type ForecastTable, forecastColumns, Numbers, timeColumn } from "./forecast-rows.ts";
import type { JudgedPartition } from "./judge-partition.ts";
import { PartitionRows } from "./partition-rows.ts";
import type { ScoredPartition } from "./score-partition.ts";

const READING: readonly ColumnInfo[] = [
  { name: "STEP", type: "integer" },
  { name: "VALUE", type: "number" },
  { name: "EXPECTED", type: "number" },
  { name: "LOWER", type: "number" },
  { name: "UPPER", type: "number" },
  { name: "SCORE", type: "number" },
  { name: "KIND", type: "string" },
];

/**
 * Returns the columns of a table of readings (READING_RESULTS), in order: those of a forecast table, but for each step the
 * reading and the verdict on it in place of the forecast. `SINCE` is a time like the reading's own.
 */
export function readingColumns(table: Omit<ForecastTable, "model" | "version">): ColumnInfo[] {
  const columns = forecastColumns({ ...table, levels: [], quantiles: [] });
  const step = columns.findIndex(({ name }) => name === "STEP");
  const { time } = table;
  return [
    ...columns.slice(0, step),
    ...READING,
    ...(time === null ? [] : [{ ...time, name: "SINCE" }]),
    ...columns.slice(step + FIXED.forecast.length),
  ];
}

/** Lays partitions out as the rows of a table of readings: one a reading, or one that says why there is none. */
export class ReadingRows {
  readonly #table: ForecastTable;
  readonly #partitions: PartitionRows;
  readonly #steps: (bigint | null)[] = [];
  readonly #kinds: (string | null)[] = [];
  readonly #times = new Numbers(0);
  readonly #since = new Numbers(0);
  readonly #numbers = {
    value: new Numbers(0),
    expected: new Numbers(0),
    lower: new Numbers(0),
    upper: new Numbers(0),
    score: new Numbers(0),
  };

  constructor(table: ForecastTable) {
    this.#table = table;
    this.#partitions = new PartitionRows(table);
  }

  add(key: PartitionKey, scored: ScoredPartition | JudgedPartition, fingerprint: string | null = null): void {
    const rows = "readings" in scored ? scored.readings.kinds.length : 1;
    const row = this.#partitions.add(key, scored, rows, fingerprint);
    if (!("readings" in scored)) {
      this.#steps.push(null);
      this.#kinds.push(null);
      return;
    }
    const { kinds, value, expected, lower, upper, score } = scored.readings;
    kinds.forEach((kind, i) => {
      this.#steps.push(BigInt(i + 1));
      this.#kinds.push(kind);
    });
    this.#numbers.value.set(value, row);
    this.#numbers.expected.set(expected, row);
    this.#numbers.lower.set(lower, row);
    this.#numbers.upper.set(upper, row);
    this.#numbers.score.set(score, row);
    this.#times.set(scored.times, row);
    this.#since.set(scored.since, row);
  }

  batch(): ColumnBatch {
    const { time } = this.#table;
    const { length } = this.#partitions;
    const timesOf = (column: ColumnInfo, numbers: Numbers) =>
      timeColumn(column, column.type === "string" ? new Array(length).fill(null) : numbers.upTo(length));
    return this.#partitions.batch(readingColumns(this.#table), [
      ...(time === null ? [] : [timesOf(time, this.#times)]),
      { type: "integer", values: this.#steps },
      ...Object.values(this.#numbers).map((numbers): Column => ({ type: "number", values: numbers.upTo(length) })),
      { type: "string", values: this.#kinds },
      ...(time === null ? [] : [timesOf(time, this.#since)]),
    ]);
  }
}
