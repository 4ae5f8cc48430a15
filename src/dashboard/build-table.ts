import type { ModelIndex, Outcome } from "../core/artifact.ts";
import { decodeKey, type KeyValue } from "../core/partition-key.ts";
import { decodeSegmentColumns } from "../core/segment.ts";
import { rowSelector } from "../core/selection.ts";
import { getVerified } from "../pipeline/checksum.ts";
import type { Stage } from "../ports/stage.ts";
import { keyLabel } from "./key-label.ts";
import { OUTCOMES, type Reason, type TableColumns, type TableHead } from "./partition-table.ts";
import { TextColumnBuilder, textAt } from "./text-column.ts";

const READ = [
  "partition_key",
  "outcome",
  "model_kind",
  "metrics",
  "n_obs",
  "fit_ms",
  "error_type",
  "error_message",
] as const;

/** Reasons told apart; what fails in yet another way is counted with the last. */
const MOST_REASONS = 1000;
const OTHER = { type: "other", message: "and others, each with a message of its own" };
const FIRST_ROWS = 5;

/** What a table is made of. */
export interface BuiltTable {
  readonly head: TableHead;
  readonly columns: TableColumns;
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
  onProgress: (done: number, total: number) => void = () => {},
): Promise<BuiltTable> {
  const n = segments.reduce((sum, { rows }) => sum + rows, 0);
  const [keys, labels] = [new TextColumnBuilder(n), new TextColumnBuilder(n)];
  const [outcome, kind, reason] = [new Uint8Array(n), new Uint16Array(n), new Uint16Array(n)];
  const [nObs, fitMs, segment, at] = [new Uint32Array(n), new Float32Array(n), new Uint32Array(n), new Uint32Array(n)];
  const metrics = new Map<string, Float64Array>();
  const kinds = new Counter<{ kind: string }>();
  const reasons = new Counter<{ type: string; message: string }>();
  let [row, sorted, before] = [0, true, undefined as readonly KeyValue[] | undefined];
  for (const [position, { path, sha256, select }] of segments.entries()) {
    const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
    const read = await decodeSegmentColumns(bytes, path, READ);
    const isSelected = rowSelector(select);
    for (let i = 0; i < read.partition_key.length; i++) {
      if (!isSelected(i)) continue;
      const partitionKey = read.partition_key[i] as string;
      const { key } = decodeKey(partitionKey);
      sorted &&= before === undefined || compareKeys(before, key) <= 0;
      before = key;
      keys.push(partitionKey);
      labels.push(keyLabel(partitionKey).toLowerCase());
      outcome[row] = OUTCOMES.indexOf(read.outcome[i] as Outcome);
      const modelKind = read.model_kind[i] as string | null;
      if (modelKind !== null) kind[row] = kinds.add(modelKind, { kind: modelKind }, row);
      const type = read.error_type[i] as string | null;
      if (type !== null) reason[row] = addReason(reasons, type, read.error_message[i] as string | null, row);
      nObs[row] = read.n_obs[i] as number;
      fitMs[row] = read.fit_ms[i] as number;
      segment[row] = position;
      at[row] = i;
      if (typeof read.metrics[i] === "string") addMetrics(metrics, read.metrics[i] as string, row, n);
      row++;
    }
    onProgress(row, n);
  }
  const texts = keys.build();
  const keyOrder = Uint32Array.from({ length: n }, (_, i) => i);
  if (!sorted) {
    const decoded = Array.from(keyOrder, (i) => decodeKey(textAt(texts, i)).key);
    keyOrder.sort((a, b) => compareKeys(decoded[a]!, decoded[b]!));
  }
  const names = [...metrics.keys()].sort(byHoldout);
  return {
    head: {
      formatVersion: 1,
      rows: n,
      metrics: names,
      kinds: kinds.entries.map(({ of, count }) => ({ ...of, count })),
      reasons: reasons.entries.map(({ of, count, rows }): Reason => ({ ...of, count, rows })),
    },
    columns: { keys: texts, labels: labels.build(), outcome, kind, reason, nObs, fitMs, segment, at, keyOrder },
    metrics: names.map((name) => metrics.get(name)!),
  };
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
  const own = { type, message: message ?? "" };
  const name = JSON.stringify(own);
  return reasons.has(name) || reasons.entries.length < MOST_REASONS
    ? reasons.add(name, own, row)
    : reasons.add("", OTHER, row);
}

/** Holdout measures first, MASE before the others; then by name. */
function byHoldout(a: string, b: string): number {
  const rank = (name: string) => (name === "holdout_mase" ? 0 : name.startsWith("holdout_") ? 1 : 2);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** Numbers by value, texts by code unit, NULL last. */
function compareKeys(a: readonly KeyValue[], b: readonly KeyValue[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null];
    if (x === y) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return 0;
}

/** Numbers things from 1 in the order in which they first occur, and counts them. */
class Counter<T> {
  readonly entries: { readonly of: T; count: number; readonly rows: number[] }[] = [];
  readonly #numbers = new Map<string, number>();

  has(name: string): boolean {
    return this.#numbers.has(name);
  }

  add(name: string, of: T, row: number): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.entries.push({ of, count: 0, rows: [] });
      this.#numbers.set(name, number);
    }
    const entry = this.entries[number - 1]!;
    entry.count++;
    if (entry.rows.length < FIRST_ROWS) entry.rows.push(row);
    return number;
  }
}
