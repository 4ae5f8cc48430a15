import type { IndexedSegment, PartitionOutcome, TaskFile } from "../../core/artifact.ts";
import { splitEvenly } from "../../core/chunk.ts";
import { ifGone, ManymodelError, show } from "../../core/errors.ts";
import { decodeKey } from "../../core/partition-key.ts";
import type { RunManifest } from "../../core/run.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Engine } from "../../ports/engine.ts";
import type { ChunkRecord } from "../../ports/queue.ts";
import { openFinder } from "../../runs/find-partition.ts";
import { knownRun } from "../../runs/known-run.ts";
import { blockStart, completedRun, readIndex, segmentBlock } from "../../runs/read-index.ts";
import { getJson } from "../../stages/json.ts";
import { getSealed } from "../../stages/sealed.ts";
import { findEnded } from "../../work/ended-series.ts";

/** A partition of a run: its row, and where it is from. */
export interface FoundPartition {
  readonly row: PartitionOutcome;
  readonly segment: IndexedSegment;
  /** The run whose segment it is in, which a collection's own is not. */
  readonly source: RunManifest;
}

/** A partition of a run in progress whose chunk has committed nothing yet. */
export interface PendingPartition {
  readonly pending: ChunkRecord;
}

/**
 * Finds a partition of a run; of one in progress, as soon as its chunk is done.
 *
 * @throws {ManymodelError} `not-found` if the run has no such partition, `conflict` if it was never planned
 */
export async function findPartition(
  engine: Engine,
  runId: string,
  partitionKey: string,
): Promise<FoundPartition | PendingPartition> {
  const { state, manifest } = await knownRun(engine.catalog, runId);
  const place =
    state === "completed" || manifest === null
      ? await inIndex(engine, runId, partitionKey)
      : await inChunks(engine, manifest, partitionKey);
  if (place !== undefined) return place;
  const { key } = decodeKey(partitionKey);
  const [ended] = manifest === null ? [] : await findEnded(engine.source, manifest.snapshot, [key]);
  const why = ended === undefined ? "" : `: ${ended.status}, ${ended.errorMessage}`;
  throw new ManymodelError("not-found", `run ${runId} has no partition ${show(partitionKey)}${why}`);
}

async function inIndex(engine: Engine, runId: string, partitionKey: string): Promise<FoundPartition | undefined> {
  const { index: summary, manifest } = await completedRun(engine, runId);
  const index = await readIndex(engine.stage, summary, `run ${runId} was completed`);
  const place = await (await openFinder(engine.stage, index)).row(partitionKey);
  if (place === undefined) return undefined;
  const { row, segment } = place;
  const from = index.sources[segment.source];
  if (from === undefined)
    throw new ManymodelError("corrupt", `the index of run ${runId} has no source ${segment.source}`);
  const source = await engine.catalog.run(from.runId);
  return { row, segment, source: source?.manifest ?? manifest };
}

/** Returns the there is no index of keys yet: the plan says in which chunk a partition is. */
async function inChunks(
  engine: Engine,
  manifest: RunManifest,
  partitionKey: string,
): Promise<FoundPartition | PendingPartition | undefined> {
  const place = await placeOf(engine, manifest, partitionKey);
  if (place === undefined) return undefined;
  const record = (await engine.queue.chunks(manifest.runId)).find(({ chunk }) => chunk === place.chunk);
  if (record === undefined) return undefined;
  if (record.segment === null) return { pending: record };
  const segment = { ...record.segment, source: 0 };
  const { start, rows } = await segmentBlock(engine.stage, segment, blockStart(place.at));
  const row = rows[place.at - start];
  return row?.partitionKey === partitionKey ? { row, segment, source: manifest } : undefined;
}

async function placeOf(
  { stage, source }: Engine,
  { runId, snapshot, partitions, chunks }: RunManifest,
  partitionKey: string,
): Promise<{ readonly chunk: number; readonly at: number } | undefined> {
  const ranges = splitEvenly(partitions, chunks);
  // All of the source's partitions are trained in the order of their keys, unless the run has a list of its own.
  const listed = await getJson<readonly string[]>(stage, stagePath.keys(runId)).catch(ifGone(undefined));
  const ordinals = source.locate(snapshot, [decodeKey(partitionKey).key]).catch(ifGone([-1]));
  const position = listed?.indexOf(partitionKey) ?? (await ordinals)[0];
  if (position === undefined) return undefined;
  const range = ranges.find(({ start, end }) => position >= start && position < end);
  if (range === undefined) return undefined;
  const { keys } = await getSealed<TaskFile>(stage, stagePath.task(runId, range.chunk));
  const at = position - range.start;
  return keys[at] === partitionKey ? { chunk: range.chunk, at } : undefined;
}
