import { createHash } from "node:crypto";
import type { IndexedSegment, PartitionOutcome } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/column.ts";
import { encodeKey, type PartitionKey, showKey } from "../core/partition-key.ts";
import type { PlainData } from "../core/plain-data.ts";
import { levelsToAsk } from "../core/quantile.ts";
import type { Snapshot } from "../core/run.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { type Frame, frame } from "../model/frame.ts";
import type { Engine } from "../ports/engine.ts";
import type { PartitionRows, TablePart } from "../ports/tables.ts";
import { type Fallback, scoreFallback } from "./fallback.ts";
import { ForecastRows, type ForecastTable } from "./forecast-rows.ts";
import { segmentRows } from "./read-index.ts";
import { NOT_TRAINED, type Problem, type ScoredPartition, scorePartition } from "./score-partition.ts";
import { dataHash } from "./train-partition.ts";

/** The batch whose rows are kept where nothing has changed. */
export interface KeptBatch {
  /** Of its rows in the output table. */
  readonly owner: string;
  /** Which batch asks: what was read for another one is not used. */
  readonly batchId: string;
}

/** What every task of a batch needs to know. */
export interface ScoreTask extends ForecastTable {
  readonly snapshot: Snapshot;
  /** The table of the future, or null. */
  readonly future: Snapshot | null;
  readonly outputTable: string;
  readonly horizon: number;
  readonly advance: boolean;
  /** How to forecast partitions without a model; null: not at all. */
  readonly fallback: Fallback | null;
  readonly kept: KeptBatch | null;
  readonly definitionSha256: string;
  readonly packageVersion: string;
}

/** Score the partitions of the input that one segment has models for. */
export interface ScoreSegment extends ScoreTask {
  readonly segment: IndexedSegment;
  readonly keyArg: string;
  readonly exports: PlainData;
}

/** Write the rows of these partitions of the input, which no segment has. */
export interface ScoreMissing extends ScoreTask {
  readonly ordinals: readonly number[];
}

/** Partitions by what became of them. */
export type StatusCounts = { [Status in ScoredPartition["status"]]: number };

/** Counts of partitions by status, and which partitions of the input they were. */
export interface ScoredPart {
  /** Null without any row. */
  readonly part: TablePart | null;
  readonly counts: StatusCounts;
  readonly ordinals: Int32Array;
  /** The first few that have no model, for people. */
  readonly withoutModel: readonly string[];
  /** Encoded keys of those whose rows stand. */
  readonly kept: readonly string[];
}

/** The fingerprints of a batch's partitions, and what became of them. */
export type KnownFingerprints = ReadonlyMap<string, ScoredPartition["status"]>;

const SHOWN = 5;

/**
 * Loads the models of one segment, and no others, and forecasts those partitions that the input has.
 *
 * @param known - reads the fingerprints of the batch whose rows are kept
 */
export async function scoreSegment(
  engine: Pick<Engine, "tables" | "stage">,
  definition: AnyModelDefinition,
  task: ScoreSegment,
  known: () => Promise<KnownFingerprints>,
): Promise<ScoredPart> {
  const all = (await segmentRows(engine.stage, task.segment, { forScoring: true })).map(({ row }) => row);
  const keys = all.map((row) => row.key);
  const located = await engine.tables.locate(task.snapshot, keys);
  const rows = all.filter((_, i) => located[i]! >= 0);
  const ordinals = located.filter((ordinal) => ordinal >= 0);
  const input = await engine.tables.read(task.snapshot, Array.from(ordinals));
  const future = task.future === null ? undefined : await readFuture(engine, task.future, rows);
  const output = new Output(task);
  const plan = { ...task, definition, levels: levelsToAsk(task.levels, task.quantiles) };
  const before = task.kept === null ? undefined : await known();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const [start, end] = [input.offsets[i]!, input.offsets[i + 1]!];
    const fingerprint = task.fingerprints ? fingerprintOf(task, row, input, future, i) : null;
    const status = fingerprint === null ? undefined : before?.get(fingerprint);
    if (status === "OK" || status === "STALE") {
      output.keep(row.partitionKey, status);
      continue;
    }
    const data: { data: Frame; future?: Frame } = { data: frame(input.batch, start, end) };
    if (future !== undefined) data.future = frame(future.batch, future.offsets[i]!, future.offsets[i + 1]!);
    const scored = await scorePartition(plan, row, data);
    if (scored.status !== "NO_MODEL") output.add(row.key, scored, fingerprint);
    else await output.addWithoutModel(plan, row.key, scored, input.batch, start, end);
  }
  return output.write(engine, ordinals);
}

/** Writes the rows of partitions that no segment has a model for. */
export async function scoreMissing(
  engine: Pick<Engine, "tables">,
  definition: AnyModelDefinition,
  task: ScoreMissing,
): Promise<ScoredPart> {
  const { snapshot, ordinals } = task;
  const first = ordinals[0]!;
  const keys = await engine.tables.keys(snapshot, first, ordinals.at(-1)! + 1);
  const input = task.fallback === null ? undefined : await engine.tables.read(snapshot, ordinals);
  const output = new Output(task);
  const plan = { ...task, definition, levels: levelsToAsk(task.levels, task.quantiles) };
  for (let i = 0; i < ordinals.length; i++) {
    const [start, end] = [input?.offsets[i] ?? 0, input?.offsets[i + 1] ?? 0];
    await output.addWithoutModel(plan, keys[ordinals[i]! - first]!, NOT_TRAINED, input?.batch, start, end);
  }
  return output.write(engine, Int32Array.from(ordinals));
}

/** The rows that a task gives, and what it counts. */
export class Output {
  readonly #task: ScoreTask;
  readonly #rows: ForecastRows;
  readonly #counts: StatusCounts = { OK: 0, STALE: 0, FALLBACK: 0, NO_MODEL: 0, ERROR: 0 };
  readonly #withoutModel: string[] = [];
  readonly #kept: string[] = [];

  constructor(task: ScoreTask) {
    this.#task = task;
    this.#rows = new ForecastRows(task);
  }

  add(key: PartitionKey, scored: ScoredPartition, fingerprint: string | null = null): void {
    this.#rows.add(key, scored, fingerprint);
    this.#counts[scored.status]++;
  }

  /** A partition without a model, forecast otherwise if the batch says so. */
  async addWithoutModel(
    plan: { readonly definition: AnyModelDefinition; readonly levels: readonly number[] },
    key: PartitionKey,
    { errorType, errorMessage }: Problem,
    batch: ColumnBatch | undefined,
    start: number,
    end: number,
  ): Promise<void> {
    const { fallback, snapshot, keyColumns, horizon } = this.#task;
    if (this.#withoutModel.length < SHOWN) this.#withoutModel.push(showKey(keyColumns, key));
    const why = { errorType, errorMessage };
    const steps = plan.definition.scores !== "rows";
    const scored =
      fallback !== null && batch !== undefined && steps
        ? await scoreFallback(
            { keyColumns, horizon, levels: plan.levels },
            snapshot,
            fallback,
            { key, batch, start, end },
            why,
          )
        : ({ status: "NO_MODEL", ...why } as const);
    this.add(key, scored);
  }

  keep(partitionKey: string, status: "OK" | "STALE"): void {
    this.#kept.push(partitionKey);
    this.#counts[status]++;
  }

  async write({ tables }: Pick<Engine, "tables">, ordinals: Int32Array): Promise<ScoredPart> {
    const batch = this.#rows.batch();
    const part = batch.length === 0 ? null : await tables.write(this.#task.outputTable, batch);
    return { part, counts: this.#counts, ordinals, withoutModel: this.#withoutModel, kept: this.#kept };
  }
}

async function readFuture(
  { tables }: Pick<Engine, "tables">,
  future: Snapshot,
  rows: readonly PartitionOutcome[],
): Promise<PartitionRows> {
  const places = await tables.locate(
    future,
    rows.map((row) => row.key),
  );
  return tables.read(future, Array.from(places));
}

/** What the forecast of a partition depends on: model, definition, data, options and the code that makes it. */
function fingerprintOf(
  task: ScoreSegment,
  row: PartitionOutcome,
  input: PartitionRows,
  future: PartitionRows | undefined,
  i: number,
): string {
  const { packageVersion, definitionSha256, exports, keyColumns, horizon, levels, quantiles, advance } = task;
  const hashes = [input, future].map((rows) => rows && dataHash(rows.batch, rows.offsets[i]!, rows.offsets[i + 1]!));
  const facts = [
    ...[packageVersion, definitionSha256, exports, horizon, levels, quantiles, advance],
    ...[encodeKey(keyColumns, row.key), row.model, row.lastTs, row.interval, row.seed, ...hashes],
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 24);
}
