import { createHash } from "node:crypto";
import type { PartitionOutcome, SegmentInfo, TaskFile } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/column.ts";
import { messageOf } from "../core/errors.ts";
import { decodeKey, type KeyColumn, showKey } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { encodeSegment } from "../core/segment.ts";
import { stagePath } from "../core/stage-path.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { type Frame, frame } from "../model/frame.ts";
import { detectInterval, formatTime, gridPositions } from "../model/interval.ts";
import { keyArgument } from "../model/key-argument.ts";
import { checkFitResult, InvalidReturn } from "../model/return-contract.ts";
import type { Engine } from "../ports/engine.ts";
import { checksum } from "./checksum.ts";
import { getJson, putJson } from "./json.ts";

/** What a worker notes: that it has come to another partition (at most every `NOTE_MS` milliseconds), or to the end. */
export type TrainingNote = "fitting" | "fitted";
export const NOTE_MS = 100;

/** Milliseconds that only move forward. */
export type Clock = () => number;

/** What of a manifest decides what `fit` gets. */
export type TrainingPlan = Pick<RunManifest, "snapshot" | "keyArg" | "exports" | "seed">;

/**
 * Trains the partitions of one chunk: one bulk read, then `fit` for each. Whatever happens to a partition becomes its
 * row; the rows become one segment under this attempt's own path. Nothing is committed here: the caller finishes the
 * lease with what is returned.
 */
export async function trainChunk(
  engine: Pick<Engine, "tables" | "stage">,
  manifest: RunManifest,
  definition: AnyModelDefinition,
  { chunk, attempt }: { chunk: number; attempt: number },
  clock: Clock,
  note: (said: TrainingNote) => void,
): Promise<SegmentInfo> {
  const { runId, snapshot } = manifest;
  const task = await getJson<TaskFile>(engine.stage, stagePath.task(runId, chunk));
  const rows = await trainPartitions(engine, manifest, definition, task, attempt, clock, note);
  return putSegment(engine.stage, runId, snapshot.keyColumns, chunk, attempt, rows);
}

/** Trains the partitions of a task, and keeps nothing. */
export async function trainPartitions(
  { tables }: Pick<Engine, "tables">,
  manifest: TrainingPlan,
  definition: AnyModelDefinition,
  task: Omit<TaskFile, "chunk">,
  attempt: number,
  clock: Clock,
  note: (said: TrainingNote) => void = () => {},
): Promise<PartitionOutcome[]> {
  const { batch, offsets } = await tables.read(manifest.snapshot, task.ordinals);
  const rows: PartitionOutcome[] = [];
  let noted = -Infinity;
  for (let i = 0; i < task.keys.length; i++) {
    if (clock() - noted > NOTE_MS) {
      noted = clock();
      note("fitting");
    }
    const partition = {
      position: task.start + i,
      partitionKey: task.keys[i]!,
      start: offsets[i]!,
      end: offsets[i + 1]!,
    };
    rows.push(await trainPartition(manifest, definition, batch, partition, attempt, clock));
  }
  note("fitted");
  return rows;
}

/** Stores outcomes as a chunk's segment of one attempt, with its manifest beside it. */
export async function putSegment(
  stage: Engine["stage"],
  runId: string,
  keyColumns: readonly KeyColumn[],
  chunk: number,
  attempt: number,
  rows: readonly PartitionOutcome[],
): Promise<SegmentInfo> {
  const bytes = encodeSegment(keyColumns, rows);
  const succeeded = rows.filter((row) => row.outcome === "succeeded").length;
  const segment: SegmentInfo = {
    path: stagePath.segment(runId, chunk, attempt),
    chunk,
    attempt,
    rows: rows.length,
    bytes: bytes.length,
    sha256: checksum(bytes),
    succeeded,
    failed: rows.filter((row) => row.outcome === "failed").length,
  };
  await stage.put(segment.path, bytes);
  await putJson(stage, stagePath.segmentManifest(runId, chunk, attempt), segment);
  return segment;
}

/** The row of a partition that has no model. */
export function failedOutcome(
  { position, partitionKey, seed, attempt }: Pick<PartitionOutcome, "position" | "partitionKey" | "seed" | "attempt">,
  errorType: NonNullable<PartitionOutcome["errorType"]>,
  errorMessage: string,
): PartitionOutcome {
  return {
    position,
    key: decodeKey(partitionKey).key,
    partitionKey,
    outcome: "failed",
    modelKind: null,
    model: null,
    metrics: null,
    forecast: null,
    info: null,
    nObs: 0,
    firstTs: null,
    lastTs: null,
    interval: null,
    fitMs: 0,
    seed,
    dataSha256: null,
    errorType,
    errorMessage,
    attempt,
  };
}

/** Fits the model of one partition: its row, whatever becomes of it. */
export async function trainPartition(
  manifest: TrainingPlan,
  definition: AnyModelDefinition,
  batch: ColumnBatch,
  { position, partitionKey, start, end }: { position: number; partitionKey: string; start: number; end: number },
  attempt: number,
  clock: Clock,
): Promise<PartitionOutcome> {
  const { snapshot } = manifest;
  const seed = partitionSeed(manifest.seed, partitionKey);
  // Filled in step by step: copying a row of this many fields at every step costs more than a cheap fit.
  const row: { -readonly [Field in keyof PartitionOutcome]: PartitionOutcome[Field] } = failedOutcome(
    { position, partitionKey, seed, attempt },
    "no-data",
    "",
  );
  if (start === end) {
    row.errorMessage = `${snapshot.query.table} has no rows with ${showKey(snapshot.keyColumns, row.key)}`;
    return row;
  }
  row.nObs = end - start;
  row.dataSha256 = dataHash(batch, start, end);
  const time = readTime(snapshot, frame(batch, start, end));
  if (time !== undefined && "errorType" in time) return Object.assign(row, time);
  Object.assign(row, time?.found);
  const data = frame(batch, start, end, time?.grid);
  const began = clock();
  try {
    const argument = keyArgument(snapshot.keyColumns, row.key);
    const context = { [manifest.keyArg]: argument, data, exports: manifest.exports, seed };
    Object.assign(row, checkFitResult(await definition.fit(context as Parameters<typeof definition.fit>[0])));
    row.outcome = "succeeded";
    row.errorType = null;
    row.errorMessage = null;
  } catch (error) {
    row.errorType = error instanceof InvalidReturn ? "invalid-return" : "fit-error";
    row.errorMessage = messageOf(error);
  }
  row.fitMs = clock() - began;
  return row;
}

/** What the times of a series say: its first and last one, its interval, and where each falls on its grid. */
interface SeriesTime {
  readonly found: Pick<PartitionOutcome, "firstTs" | "lastTs" | "interval">;
  readonly grid: () => Int32Array | null;
}

/** Reads the times of a series, or says what is wrong with them; undefined without a time column. */
function readTime(
  { timeColumn, columns, query }: RunManifest["snapshot"],
  data: Frame,
): SeriesTime | Pick<PartitionOutcome, "errorType" | "errorMessage"> | undefined {
  const declared = columns.find((column) => column.name === timeColumn)?.type;
  if (timeColumn === null || declared === undefined || declared === "string" || declared === "boolean")
    return undefined;
  const type = declared === "integer" ? "number" : declared;
  const times = type === "number" ? data.numbers(timeColumn) : data.times(timeColumn);
  const n = times.length;
  let repeated = false;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(times[i]!))
      return {
        errorType: "null-timestamp",
        errorMessage: `row ${i + 1} of ${n} has no ${timeColumn}; remove or date such rows`,
      };
    if (i === 0 || times[i] !== times[i - 1]) continue;
    repeated = true;
    if (query.duplicates !== "keep")
      return {
        errorType: "duplicate-timestamp",
        errorMessage: `${timeColumn} ${formatTime(type, times[i]!)} occurs twice; aggregate the rows first, or set duplicates: keep`,
      };
  }
  const distinct = repeated ? times.filter((t, i) => i === 0 || t !== times[i - 1]) : times;
  const interval = detectInterval(distinct, type === "number" ? "number" : "time");
  return {
    found: { firstTs: formatTime(type, times[0]!), lastTs: formatTime(type, times[n - 1]!), interval },
    grid: () => (repeated || interval === null ? null : gridPositions(times, interval)),
  };
}

/** Hash of a partition's data: equal data give equal hashes, whatever chunk it was read in. */
export function dataHash(batch: ColumnBatch, start: number, end: number): string {
  const hash = createHash("sha256");
  for (const [name, column] of Object.entries(batch.columns)) {
    hash.update(`${name}\0${column.type}\0`);
    if (column.type === "string" || column.type === "integer")
      hash.update(JSON.stringify(column.values.slice(start, end).map(String)));
    else hash.update(new Uint8Array(column.values.slice(start, end).buffer));
  }
  return hash.digest("hex");
}
