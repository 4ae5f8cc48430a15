import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { layOut, textInRuns } from "../core/columns/text-runs.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import { keyColumn, outputType } from "./key-column.ts";
import type { Problem } from "./score-partition.ts";

/** The settings that decide what the rows of a partition have in common in a table of results. */
export interface ResultTable {
  readonly model: string;
  readonly version: string;
  readonly keyColumns: readonly KeyColumn[];
  /** True if the first row of each partition has its fingerprint. */
  readonly fingerprints: boolean;
}

/** The outcome of a partition, in each of its rows. */
type Outcome = { readonly status: string } & Partial<Problem>;

/**
 * The partitions of a table of results, in order: version, key, status and fingerprint, kept once for all rows of a
 * partition.
 */
export class PartitionRows {
  readonly #table: ResultTable;
  readonly #keys: PartitionKey[] = [];
  readonly #statuses: string[] = [];
  readonly #errorTypes: (string | null)[] = [];
  readonly #errorMessages: (string | null)[] = [];
  readonly #fingerprints: (string | null)[] = [];
  /** For each partition the row after its last one. */
  readonly #ends: number[] = [];

  constructor(table: ResultTable) {
    this.#table = table;
  }

  /** The number of rows of all partitions. */
  get length(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** Adds a partition of so many rows. Returns the first of them. */
  add(key: PartitionKey, outcome: Outcome, rows: number, fingerprint: string | null): number {
    const first = this.length;
    const { status, errorType = null, errorMessage = null } = outcome;
    this.#keys.push(key);
    this.#statuses.push(status);
    this.#errorTypes.push(errorType);
    this.#errorMessages.push(errorMessage);
    this.#fingerprints.push(fingerprint);
    this.#ends.push(first + rows);
    return first;
  }

  /**
   * Lays the partitions out as rows.
   *
   * @param columns - the names of all columns, in order
   * @param values - the columns between those of the key and those of the status
   */
  batch(columns: readonly ColumnInfo[], values: readonly Column[]): ColumnBatch {
    const { keyColumns, model, version, fingerprints } = this.#table;
    const { length } = this;
    const ends = Int32Array.from(this.#ends);
    const text = (texts: readonly (string | null)[]) => textInRuns({ values: texts, ends });
    const same = (value: string) => textInRuns({ values: length === 0 ? [] : [value], ends: ends.subarray(-1) });
    const data: Column[] = [
      ...[same(model), same(version)],
      ...keyColumns.map((column, i) => {
        const parts = this.#keys.map((key) => at(key, i));
        return outputType(column) === "string"
          ? text(parts.map((part) => (part === null ? null : String(part))))
          : keyColumn(column, layOut({ values: parts, ends }));
      }),
      text(this.#keys.map((key) => encodeKey(keyColumns, key))),
      ...values,
      text(this.#statuses),
      text(this.#errorTypes),
      text(this.#errorMessages),
      ...(fingerprints ? [firstOfEach(this.#fingerprints, ends)] : []),
    ];
    const names = columns.map(({ name }) => name);
    return { length, columns: Object.fromEntries(zip(names, data)) };
  }
}

/** Returns a text in the first row of each partition. */
function firstOfEach(texts: readonly (string | null)[], ends: Int32Array): Column {
  const values = new Array<string | null>(ends.at(-1) ?? 0).fill(null);
  let row = 0;
  for (const [text, end] of zip(texts, ends)) {
    if (end > row) values[row] = text;
    row = end;
  }
  return { type: "string", values };
}
