import { at } from "../core/aligned.ts";
import type { TaskFile } from "../core/artifact.ts";
import { checkBounds, findBounds } from "../core/bounds.ts";
import { type Chunking, splitEvenly, splitIntoChunks } from "../core/chunk.ts";
import type { PlainData } from "../core/columns/plain-data.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Launcher } from "../core/launcher.ts";
import { decodeKey, encodeKey, type PartitionKey, showKey } from "../core/partition-key.ts";
import {
  checkName,
  type DataQuery,
  type DefinitionInfo,
  hasEnded,
  type QueueLimits,
  type RunManifest,
  type Snapshot,
} from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Bundle } from "../model/bundle.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { RunContext } from "../runs/run-context.ts";
import { putJson } from "../stages/json.ts";
import { pooled } from "../stages/pooled.ts";
import { putSealed } from "../stages/sealed.ts";
import { checkTimes } from "./check-times.ts";

/** The settings of a run that a caller chooses. */
export interface RunSpec extends Chunking {
  readonly runId: string;
  readonly query: DataQuery;
  /** Data that is pinned already; otherwise the query's are, as they are now. */
  readonly snapshot?: Snapshot;
  /** The partitions to train, in this order; all of the source's, in the order of their keys, when left out. */
  readonly keys?: readonly PartitionKey[];
  readonly keyArg: string;
  readonly definition: DefinitionInfo & Pick<Bundle, "bytes" | "outputOf">;
  /** The model that was named instead of the configured one, exactly as named. */
  readonly model?: string;
  readonly exports: PlainData;
  readonly seed: number;
  readonly maxAttempts: number;
  readonly fitTimeoutMs?: number;
  /** The number of partitions that may fail, or their share (below 1). Beyond it no further chunk starts. */
  readonly maxFailed?: number;
  /** The limits of queue mode. */
  readonly limits?: QueueLimits;
  /** The run whose partitions this one is to improve. */
  readonly refines?: string;
  /** The launcher that takes the chunks as tasks. */
  readonly fleet?: Launcher;
  /** Checks that whoever trains can do so with this data. @throws {ManymodelError} `usage` */
  readonly check?: (snapshot: Snapshot) => Promise<unknown>;
}

/** Keys are read from the snapshot this many at a time. */
const KEYS_PER_READ = 100_000;
/** Task files are written this many at a time. */
const FILES_PER_WRITE = 64;

/**
 * Plans a run: pins the source, the definition and the options, splits the partitions into chunks, writes a task file
 * for each, and only then makes them available to workers. Leaves the run `running`.
 *
 * @throws {ManymodelError} `conflict` if the run id is taken; `input` if there is nothing to train
 */
export function planRun(engine: Engine, spec: RunSpec, context: PlanContext): Promise<RunManifest> {
  return during({ phase: "plan", run: spec.runId }, () => pinAndSplit(engine, spec, context));
}

type PlanContext = Pick<RunContext, "now" | "packageVersion">;

async function pinAndSplit(engine: Engine, spec: RunSpec, context: PlanContext): Promise<RunManifest> {
  const { packageVersion } = context;
  const now = context.now();
  const { runId } = spec;
  checkName("run id", runId);
  const snapshot = spec.snapshot ?? (await engine.source.snapshot(spec.query));
  await checkTimes(engine.source, snapshot);
  await spec.check?.(snapshot);
  const bounds = findBounds(spec.exports);
  if (bounds !== undefined) checkBounds(bounds, spec.query.table, snapshot.columns);
  const partitions = spec.keys?.length ?? snapshot.partitions;
  if (partitions === 0)
    throw new ManymodelError("input", `${spec.query.table} has no rows, so there is nothing to train; load data first`);
  if (spec.keys !== undefined) checkDistinct(snapshot.keyColumns, spec.keys);
  const ranges = splitIntoChunks(partitions, spec);
  await engine.catalog.createRun(runId, now.toISOString());
  try {
    const { bytes, outputOf, ...info } = spec.definition;
    const reserved = [
      ...snapshot.keyColumns.map(({ name }) => name),
      ...(snapshot.timeColumn === null ? [] : [snapshot.timeColumn]),
    ];
    const output = outputOf?.({ exports: spec.exports, columns: snapshot.columns }, reserved);
    const definition = { ...info, ...(output !== undefined && { output }) };
    await engine.stage.put(stagePath.definition(definition.sha256), bytes);
    const manifest: RunManifest = {
      runId,
      createdAt: now.toISOString(),
      packageVersion,
      mode: spec.mode,
      snapshot,
      keyArg: spec.keyArg,
      definition,
      ...(spec.model !== undefined && { model: spec.model }),
      exports: spec.exports,
      seed: spec.seed,
      partitions,
      chunks: ranges.length,
      maxAttempts: spec.maxAttempts,
      fitTimeoutMs: spec.fitTimeoutMs ?? null,
      maxFailed: tolerated(spec.maxFailed, partitions),
      limits: spec.limits ?? null,
      refines: spec.refines ?? null,
      ...(spec.fleet !== undefined && { fleet: spec.fleet }),
    };
    const keys = spec.keys?.map((key) => encodeKey(snapshot.keyColumns, key));
    if (keys !== undefined) await putJson(engine.stage, stagePath.keys(runId), keys);
    await putJson(engine.stage, stagePath.manifest(runId), manifest);
    await planTasks(engine, manifest, keys);
    return manifest;
  } catch (error) {
    const failed = { error: String(error), endedAt: new Date().toISOString() };
    // Where not even that can be written (a full disk), the first error is the one to know; the run can be resumed.
    await engine.catalog.moveRun(runId, "failed", failed).catch(() => false);
    throw error;
  }
}

/**
 * Writes the task files of a run's chunks, adds the chunks to the queue, and lets the run begin. Doing it again, after a
 * crash in the middle of it, gives the same.
 *
 * @param keys - the keys to train, encoded, in order; all of the snapshot's when left out
 */
export async function planTasks(engine: Engine, manifest: RunManifest, keys?: readonly string[]): Promise<void> {
  const { runId, snapshot, partitions, mode, fleet } = manifest;
  const ranges = splitEvenly(partitions, manifest.chunks);
  let read: { from: number; keys: readonly string[]; ordinals: Int32Array | null } | undefined;
  const files: TaskFile[] = [];
  for (const range of ranges) {
    const task: { keys: string[]; ordinals: number[] } = { keys: [], ordinals: [] };
    for (let position = range.start; position < range.end; position++) {
      if (read === undefined || position >= read.from + read.keys.length) {
        const to = Math.min(partitions, position + KEYS_PER_READ);
        const some = keys?.slice(position, to);
        read =
          some === undefined
            ? { from: position, keys: await encodedKeys(engine, snapshot, position, to), ordinals: null }
            : { from: position, keys: some, ordinals: await locateUsed(engine, snapshot, some) };
      }
      const i = position - read.from;
      task.keys.push(at(read.keys, i));
      task.ordinals.push(read.ordinals === null ? position : at(read.ordinals, i));
    }
    files.push({ chunk: range.chunk, start: range.start, ...task });
    if (files.length < FILES_PER_WRITE && range !== ranges.at(-1)) continue;
    await pooled(files.splice(0), (file) => putSealed(engine.stage, stagePath.task(runId, file.chunk), file));
  }
  await engine.queue.enqueue(
    runId,
    ranges.map(({ chunk, start, end }) => ({ chunk, partitions: end - start, priority: 0 })),
    mode === "queue" || fleet !== undefined ? "waiting" : "available",
  );
  await engine.catalog.moveRun(runId, "running", { manifest });
}

const keyOf = (encoded: string): PartitionKey => decodeKey(encoded).key;

async function encodedKeys({ source }: Engine, snapshot: Snapshot, from: number, to: number): Promise<string[]> {
  return (await source.keys(snapshot, from, to)).map((key) => encodeKey(snapshot.keyColumns, key));
}

/** Finds the positions of keys. @throws {ManymodelError} `input` for a series that has ended */
async function locateUsed({ source }: Engine, snapshot: Snapshot, encoded: readonly string[]): Promise<Int32Array> {
  const keys = encoded.map(keyOf);
  const ordinals = await source.locate(snapshot, keys);
  const ended = keys.find((_, i) => hasEnded(snapshot, at(ordinals, i)));
  if (ended !== undefined)
    throw new ManymodelError(
      "input",
      `partition ${showKey(snapshot.keyColumns, ended)} has ended (source.active), so it is not trained; leave it out of the keys`,
    );
  return ordinals;
}

function tolerated(maxFailed: number | undefined, partitions: number): number | null {
  if (maxFailed === undefined) return null;
  if (!(maxFailed >= 0) || (maxFailed >= 1 && !Number.isSafeInteger(maxFailed)))
    throw new ManymodelError(
      "usage",
      `max_failed is ${show(maxFailed)}; it must be a whole number of partitions, or a share of them below 1`,
    );
  return maxFailed < 1 ? Math.floor(maxFailed * partitions) : maxFailed;
}

function checkDistinct(columns: Parameters<typeof encodeKey>[0], keys: readonly PartitionKey[]): void {
  const names = new Set<string>();
  for (const key of keys) {
    const encoded = encodeKey(columns, key);
    if (names.has(encoded))
      throw new ManymodelError(
        "usage",
        `partition ${showKey(columns, key)} is in the list of keys twice; list it once`,
      );
    names.add(encoded);
  }
}
