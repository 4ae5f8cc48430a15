import type { IndexedSegment, ModelIndex } from "../../core/artifact.ts";
import { DEFAULT_METRICS } from "../../core/metric.ts";
import { decodeKey, type PartitionKey } from "../../core/partition-key.ts";
import { decodeSegmentColumns } from "../../core/segment.ts";
import { rowSelector } from "../../core/selection.ts";
import type { Outcome } from "../../core/states.ts";
import type { Stage } from "../../ports/stage.ts";
import { getVerified } from "../../stages/checksum.ts";
import { fold } from "../../text/fold.ts";
import { labelOf } from "../base/key-label.ts";
import { type TextColumn, TextColumnBuilder, textAt } from "../base/text-column.ts";
import { OUTCOMES, type Reason, type TableColumns, type TableHead } from "./partition-table.ts";

const READ = [
  "partition_key",
  "outcome",
  "model_kind",
  "metrics",
  "n_obs",
  "fit_ms",
  "data_sha256",
  "error_type",
  "error_message",
] as const;

/** Reasons told apart; what fails in yet another way is counted with the last. */
const MOST_REASONS = 1000;
const OTHER = { type: "other", message: "and others, each with a message of its own" };
const FIRST_ROWS = 5;

/** A table under construction. */
export interface BuiltTable {
  readonly head: TableHead;
  readonly columns: TableColumns;
  /** The rows in the order of the plan, which need not be that in which their segments were added. */
  readonly planOrder: Uint32Array;
  readonly metrics: readonly Float64Array[];
}

/**
 * Makes the table of a run's partitions from its committed segments, one after another, so that whoever shares the thread
 * gets its turn between them.
 *
 * @param onProgress - told how many partitions were read
 * @throws {ManymodelError} `corrupt` if a segment was changed
 */
export async function buildTable(
  stage: Stage,
  { segments }: Pick<ModelIndex, "segments">,
  onProgress: (done: number) => void = () => {},
): Promise<BuiltTable> {
  const builder = new TableBuilder(segments.reduce((sum, { rows }) => sum + rows, 0));
  for (const [place, segment] of segments.entries()) {
    await builder.add(stage, segment, place);
    onProgress(builder.rows);
  }
  return builder.build();
}

/** The rows `[from, to)` of a table, which are of one segment. */
interface Piece {
  /** Pieces follow each other in the plan in the order of their places. */
  readonly place: number;
  readonly from: number;
  readonly to: number;
  /** Its first and its last key, and whether those between them are in order. */
  readonly first: PartitionKey;
  readonly last: PartitionKey;
  readonly sorted: boolean;
}

/** Collects the partitions of segments, in whatever order the segments come. */
export class TableBuilder {
  readonly #keys: TextColumnBuilder;
  readonly #labels: TextColumnBuilder;
  readonly #columns: Omit<TableColumns, "keys" | "labels" | "keyOrder">;
  readonly #metrics = new Map<string, Float64Array>();
  readonly #kinds = new Counter<{ kind: string }>();
  readonly #reasons = new Counter<{ type: string; message: string }>();
  readonly #pieces: Piece[] = [];
  readonly #capacity: number;
  #rows = 0;

  /** @param capacity - how many partitions there will be at most */
  constructor(capacity: number) {
    const n = capacity;
    this.#capacity = n;
    [this.#keys, this.#labels] = [new TextColumnBuilder(n), new TextColumnBuilder(n)];
    this.#columns = {
      outcome: new Uint8Array(n),
      kind: new Uint16Array(n),
      reason: new Uint16Array(n),
      nObs: new Uint32Array(n),
      fitMs: new Float32Array(n),
      data: new Uint32Array(n),
      segment: new Uint32Array(n),
      at: new Uint32Array(n),
    };
  }

  /** The number of partitions so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Adds the rows of a segment that count.
   *
   * @param place - where it is in the plan, among the others
   * @throws {ManymodelError} `corrupt` if it was changed
   */
  async add(stage: Stage, { path, sha256, select }: IndexedSegment, place: number): Promise<void> {
    const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
    const read = await decodeSegmentColumns(bytes, path, READ);
    const isSelected = rowSelector(select);
    const { outcome, kind, reason, nObs, fitMs, data, segment, at } = this.#columns;
    const from = this.#rows;
    let [first, last, sorted] = [undefined as PartitionKey | undefined, [] as PartitionKey, true];
    for (let i = 0; i < read.partition_key.length; i++) {
      if (!isSelected(i)) continue;
      const row = this.#rows++;
      const partitionKey = read.partition_key[i] as string;
      this.#keys.push(partitionKey);
      const key = keyOf(partitionKey);
      this.#labels.push(fold(labelOf(key)));
      if (first === undefined) first = key;
      else sorted &&= compareKeys(last, key) <= 0;
      last = key;
      outcome[row] = OUTCOMES.indexOf(read.outcome[i] as Outcome);
      const modelKind = read.model_kind[i] as string | null;
      if (modelKind !== null) kind[row] = this.#kinds.add(modelKind, { kind: modelKind }, row);
      const type = read.error_type[i] as string | null;
      if (type !== null) reason[row] = addReason(this.#reasons, type, read.error_message[i] as string | null, row);
      nObs[row] = read.n_obs[i] as number;
      fitMs[row] = read.fit_ms[i] as number;
      data[row] = parseInt((read.data_sha256[i] as string | null)?.slice(0, 8) ?? "0", 16);
      segment[row] = this.#pieces.length;
      at[row] = i;
      if (typeof read.metrics[i] === "string")
        addMetrics(this.#metrics, read.metrics[i] as string, row, this.#capacity);
    }
    this.#pieces.push({ place, from, to: this.#rows, first: first ?? [], last, sorted });
  }

  /** Returns the table of what is there so far. What is added later changes nothing in it. */
  build(): BuiltTable {
    const n = this.#rows;
    const { outcome, kind, reason, nObs, fitMs, data, segment, at } = this.#columns;
    const keys = this.#keys.build();
    const planOrder = new Uint32Array(n);
    let i = 0;
    const pieces = this.#pieces.filter(({ from, to }) => from < to).sort((a, b) => a.place - b.place);
    for (const { from, to } of pieces) for (let row = from; row < to; row++) planOrder[i++] = row;
    const metrics = [...this.#metrics].sort(([a], [b]) => byHoldout(a, b));
    return {
      head: {
        formatVersion: 4,
        rows: n,
        metrics: metrics.map(([name]) => name),
        kinds: this.#kinds.entries.map(({ of, count }) => ({ ...of, count })),
        reasons: this.#reasons.entries.map(({ of, count, rows }): Reason => ({ ...of, count, rows: [...rows] })),
      },
      columns: {
        keys,
        labels: this.#labels.build(),
        keyOrder: byKey(keys, planOrder, pieces),
        outcome: outcome.subarray(0, n),
        kind: kind.subarray(0, n),
        reason: reason.subarray(0, n),
        nObs: nObs.subarray(0, n),
        fitMs: fitMs.subarray(0, n),
        data: data.subarray(0, n),
        segment: segment.subarray(0, n),
        at: at.subarray(0, n),
      },
      planOrder,
      metrics: metrics.map(([, values]) => values.subarray(0, n)),
    };
  }
}

/** Returns the rows in the order of their keys: that of the plan, as long as it is the same. */
function byKey(keys: TextColumn, planOrder: Uint32Array, pieces: readonly Piece[]): Uint32Array {
  const follows = ({ first }: Piece, before: Piece | undefined) =>
    before === undefined || compareKeys(before.last, first) <= 0;
  if (pieces.every((piece, i) => piece.sorted && follows(piece, pieces[i - 1]))) return planOrder;
  const decoded = Array.from(planOrder, (row) => ({ row, key: keyOf(textAt(keys, row)) }));
  return Uint32Array.from(
    decoded.sort((a, b) => compareKeys(a.key, b.key)),
    ({ row }) => row,
  );
}

function addMetrics(metrics: Map<string, Float64Array>, text: string, row: number, n: number): void {
  const values = JSON.parse(text) as Record<string, number | null>;
  for (const name in values) {
    let column = metrics.get(name);
    if (column === undefined) metrics.set(name, (column = new Float64Array(n).fill(NaN)));
    column[row] = values[name] ?? NaN;
  }
}

function addReason(
  reasons: Counter<{ type: string; message: string }>,
  type: string,
  message: string | null,
  row: number,
): number {
  const failure = { type, message: message ?? "" };
  const name = JSON.stringify(failure);
  return reasons.has(name) || reasons.entries.length < MOST_REASONS
    ? reasons.add(name, failure, row)
    : reasons.add("", OTHER, row);
}

/** Returns the default metrics first, then holdout measures, then by name. */
function byHoldout(a: string, b: string): number {
  const rank = (name: string) => {
    const place = DEFAULT_METRICS.indexOf(name);
    if (place >= 0) return place;
    return DEFAULT_METRICS.length + (name.startsWith("holdout_") ? 0 : 1);
  };
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/**
 * Returns the values of a key. Most keys are one text that needs no decoding; those that do are decoded with all
 * checks.
 */
function keyOf(partitionKey: string): PartitionKey {
  return PLAIN_TEXT.test(partitionKey) ? [partitionKey.slice(2)] : decodeKey(partitionKey).key;
}
const PLAIN_TEXT = /^s:[^%,]*$/;

/** Returns numbers by value, texts by code unit, NULL last. */
function compareKeys(a: PartitionKey, b: PartitionKey): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null];
    if (x === y) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return 0;
}

/** A thing that was counted. */
interface Entry<T> {
  readonly of: T;
  readonly number: number;
  count: number;
  /** The first rows that have it. */
  readonly rows: number[];
}

/** Numbers things from 1 in the order in which they first occur, and counts them. */
class Counter<T> {
  readonly entries: Entry<T>[] = [];
  readonly #byName = new Map<string, Entry<T>>();

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  add(name: string, of: T, row: number): number {
    let entry = this.#byName.get(name);
    if (entry === undefined) {
      entry = { of, number: this.entries.length + 1, count: 0, rows: [] };
      this.entries.push(entry);
      this.#byName.set(name, entry);
    }
    entry.count++;
    if (entry.rows.length < FIRST_ROWS) entry.rows.push(row);
    return entry.number;
  }
}
