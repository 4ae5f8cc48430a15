import type { TaskFile } from "../core/artifact.ts";
import { splitIntoChunks } from "../core/chunk.ts";
import { ManymodelError } from "../core/errors.ts";
import { encodeKey, type PartitionKey, showKey } from "../core/partition-key.ts";
import type { PlainData } from "../core/plain-data.ts";
import {
  checkName,
  type DataQuery,
  type DefinitionInfo,
  type QueueLimits,
  type RunManifest,
  type RunMode,
  type Snapshot,
} from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import { putJson } from "./json.ts";

/** What a caller decides of a run. */
export interface RunSpec {
  readonly runId: string;
  readonly mode: RunMode;
  readonly query: DataQuery;
  /** Data that is pinned already; otherwise the query's are, as they are now. */
  readonly snapshot?: Snapshot;
  /** The partitions to train, in this order; all of the source's, in the order of their keys, when left out. */
  readonly keys?: readonly PartitionKey[];
  readonly keyArg: string;
  readonly definition: DefinitionInfo & { readonly bytes: Uint8Array };
  readonly exports: PlainData;
  readonly seed: number;
  readonly chunks: number | "auto";
  readonly workers: number;
  readonly maxAttempts: number;
  readonly fitTimeoutMs?: number;
  /** In queue mode. */
  readonly limits?: QueueLimits;
  /** The run whose partitions this one is to improve. */
  readonly refines?: string;
}

/** Keys are read from the snapshot this many at a time. */
const KEYS_PER_READ = 100_000;

/**
 * Plans a run: pins the source, the definition and the options, splits the partitions into chunks, writes a task file
 * for each, and only then makes them available to workers. Leaves the run `running`.
 *
 * @throws {ManymodelError} `conflict` if the run id is taken; `input` if there is nothing to train
 */
export async function planRun(engine: Engine, spec: RunSpec, now: Date, packageVersion: string): Promise<RunManifest> {
  const { runId } = spec;
  checkName("run id", runId);
  const snapshot = spec.snapshot ?? (await engine.tables.snapshot(spec.query));
  const partitions = spec.keys?.length ?? snapshot.partitions;
  if (partitions === 0)
    throw new ManymodelError("input", `${spec.query.table} has no rows, so there is nothing to train; load data first`);
  if (spec.keys !== undefined) checkDistinct(snapshot.keyColumns, spec.keys);
  const ranges = splitIntoChunks(partitions, spec.chunks, spec.workers, spec.mode);
  await engine.catalog.createRun(runId, now.toISOString());
  try {
    const { bytes, ...definition } = spec.definition;
    await engine.stage.put(stagePath.definition(definition.sha256), bytes);
    const manifest: RunManifest = {
      runId,
      createdAt: now.toISOString(),
      packageVersion,
      mode: spec.mode,
      snapshot,
      keyArg: spec.keyArg,
      definition,
      exports: spec.exports,
      seed: spec.seed,
      partitions,
      chunks: ranges.length,
      maxAttempts: spec.maxAttempts,
      fitTimeoutMs: spec.fitTimeoutMs ?? null,
      limits: spec.limits ?? null,
      refines: spec.refines ?? null,
    };
    let read: { from: number; keys: readonly PartitionKey[]; ordinals: Int32Array | null } | undefined;
    for (const range of ranges) {
      const task: { keys: string[]; ordinals: number[] } = { keys: [], ordinals: [] };
      for (let position = range.start; position < range.end; position++) {
        if (read === undefined || position >= read.from + read.keys.length) {
          const to = Math.min(partitions, position + KEYS_PER_READ);
          const keys = spec.keys?.slice(position, to) ?? (await engine.tables.keys(snapshot, position, to));
          const ordinals = spec.keys === undefined ? null : await engine.tables.locate(snapshot, keys);
          read = { from: position, keys, ordinals };
        }
        const i = position - read.from;
        task.keys.push(encodeKey(snapshot.keyColumns, read.keys[i]!));
        task.ordinals.push(read.ordinals === null ? position : read.ordinals[i]!);
      }
      const file: TaskFile = { chunk: range.chunk, start: range.start, ...task };
      await putJson(engine.stage, stagePath.task(runId, range.chunk), file);
    }
    await putJson(engine.stage, stagePath.manifest(runId), manifest);
    await engine.queue.enqueue(
      runId,
      ranges.map(({ chunk, start, end }) => ({ chunk, partitions: end - start, priority: 0 })),
      spec.mode === "queue" ? "waiting" : "available",
    );
    await engine.catalog.moveRun(runId, "running", { manifest });
    return manifest;
  } catch (error) {
    await engine.catalog.moveRun(runId, "failed", { error: String(error), endedAt: new Date().toISOString() });
    throw error;
  }
}

function checkDistinct(columns: Parameters<typeof encodeKey>[0], keys: readonly PartitionKey[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const encoded = encodeKey(columns, key);
    if (seen.has(encoded))
      throw new ManymodelError(
        "usage",
        `partition ${showKey(columns, key)} is in the list of keys twice; list it once`,
      );
    seen.add(encoded);
  }
}
