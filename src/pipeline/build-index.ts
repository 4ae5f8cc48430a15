import type {
  IndexedSegment,
  IndexSource,
  ModelIndex,
  PartitionOutcome,
  SegmentInfo,
  TaskFile,
} from "../core/artifact.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { encodeKeyIndex } from "../core/key-index.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { stagePath } from "../core/stage-path.ts";
import { type Outcome, SKIP_REASONS, type SkipReason } from "../core/states.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { ChunkRecord } from "../ports/queue.ts";
import { resumable } from "../runs/resumable.ts";
import { checksum } from "../stages/checksum.ts";
import { putJson } from "../stages/json.ts";
import { pooled } from "../stages/pooled.ts";
import { getSealed } from "../stages/sealed.ts";
import { putOutcomes } from "../work/train-chunk.ts";
import { failedOutcome } from "../work/train-partition.ts";
import { type LearntRun, learnRun } from "./learn-run.ts";

/**
 * Returns the finalizer of a run: writes `model_index.json` from the committed segments and shows them in the result tables.
 * A chunk that used up its attempts gets a segment in which each of its partitions has failed, so that every planned
 * partition is exactly one row. Running it again gives the same index.
 *
 * @throws {ManymodelError} `not-found` for an unknown run; `conflict` if chunks are still waiting or being worked on;
 * `storage` if nothing can be written
 */
export function buildIndex(engine: Engine, runId: string, now: Date): Promise<IndexSummary> {
  return during({ phase: "index", run: runId }, () => resumable(runId, () => indexRun(engine, runId, now)));
}

async function indexRun(engine: Engine, runId: string, now: Date): Promise<IndexSummary> {
  const run = await engine.catalog.run(runId);
  if (run === undefined)
    throw new ManymodelError("not-found", `there is no run ${show(runId)}; see "manymodel status"`);
  if (run.manifest === null)
    throw new ManymodelError(
      "conflict",
      `run ${runId} was not planned completely (${run.error ?? run.state}); train again`,
    );
  const manifest = run.manifest;
  const chunks = await engine.queue.chunks(runId);
  const open = chunks.filter((chunk) => ["waiting", "available", "leased"].includes(chunk.state));
  if (open.length > 0 || chunks.length !== manifest.chunks)
    throw new ManymodelError(
      "conflict",
      `run ${runId} has ${open.length} of ${manifest.chunks} chunks that have not ended; wait for them, or if no process trains them any more: manymodel resume ${runId}`,
    );
  await engine.catalog.moveRun(runId, "finalizing");
  const listed = await pooled(chunks, async (chunk) => {
    const task = await getSealed<TaskFile>(engine.stage, stagePath.task(runId, chunk.chunk));
    const segment = chunk.segment ?? (await emptySegment(engine, manifest, chunk, task));
    return { chunk: chunk.chunk, keys: task.keys, segment: { ...segment, source: 0 } };
  });
  const fitted = listed.map(({ segment }): IndexedSegment => segment);
  const { learnt, segments }: Partial<LearntRun> & Pick<LearntRun, "segments"> = manifest.definition.learns
    ? await learnRun(engine, manifest, fitted)
    : { segments: fitted };
  const keyIndex = encodeKeyIndex(listed);
  await engine.stage.put(stagePath.keyIndex(runId), keyIndex);
  const total = (count: (segment: SegmentInfo) => number) => segments.reduce((sum, segment) => sum + count(segment), 0);
  const index: ModelIndex = {
    formatVersion: 1,
    runId,
    createdAt: manifest.createdAt,
    partitions: total((segment) => segment.rows),
    succeeded: total((segment) => segment.succeeded),
    failed: total((segment) => segment.failed),
    skipped: total((segment) => segment.rows - segment.succeeded - segment.failed),
    sources: [
      {
        ...sourceOf(manifest),
        keyIndex: { path: stagePath.keyIndex(runId), sha256: checksum(keyIndex) },
        ...(learnt !== undefined && { learnt }),
      },
    ],
    segments,
  };
  return commitIndex(engine, manifest, index, run.endedAt ?? now.toISOString());
}

/** Writes a finalizing run's index, shows its rows in the result tables, and completes the run. */
export async function commitIndex(
  engine: Engine,
  manifest: RunManifest,
  index: ModelIndex,
  endedAt: string,
): Promise<IndexSummary> {
  const { runId, partitions, snapshot } = manifest;
  if (index.partitions !== partitions)
    throw new ManymodelError(
      "corrupt",
      `run ${runId} planned ${partitions} partitions, but its segments hold ${index.partitions}`,
    );
  const path = stagePath.modelIndex(runId);
  const bytes = await putJson(engine.stage, path, index);
  const { segments, succeeded, failed, skipped } = index;
  const size = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const counts = { segments: segments.length, succeeded, failed, skipped };
  const summary: IndexSummary = { path, sha256: checksum(bytes), bytes: size, ...counts };
  await engine.views.expose({ runId, keyColumns: snapshot.keyColumns, segments });
  await engine.catalog.moveRun(runId, "completed", { index: summary, endedAt });
  return summary;
}

/** Returns a run as the source of an index's segments. */
function sourceOf({ runId, definition, keyArg, exports }: RunManifest): IndexSource {
  return { runId, definitionSha256: definition.sha256, keyArg, exports };
}

/** Returns the segment of a chunk that has none of its own: each of its partitions failed, or was skipped. */
async function emptySegment(
  engine: Engine,
  manifest: RunManifest,
  chunk: ChunkRecord,
  task: TaskFile,
): Promise<SegmentInfo> {
  const { outcome, type, message } = whyEmpty(chunk);
  const rows = task.keys.map((partitionKey, i) => ({
    ...failedOutcome(
      {
        position: task.start + i,
        partitionKey,
        seed: partitionSeed(manifest.seed, partitionKey),
        attempt: chunk.attempt,
      },
      type,
      message,
    ),
    outcome,
  }));
  // One past the last attempt, so that a late worker of that attempt cannot write over it.
  return putOutcomes(engine.stage, manifest, { chunk: chunk.chunk, attempt: chunk.attempt + 1 }, rows);
}

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  "not-fed": "the run's time budget was over",
  cancelled: "the run was cancelled",
  "too-many-failures": "more partitions had failed than max_failed allows",
};

function whyEmpty({ state, chunk, attempt, error }: ChunkRecord): {
  outcome: Outcome;
  type: NonNullable<PartitionOutcome["errorType"]>;
  message: string;
} {
  if (state === "skipped") {
    const type = SKIP_REASONS.find((reason) => reason === error) ?? "not-fed";
    return { outcome: "skipped", type, message: `${SKIPPED[type]} before its turn came` };
  }
  if (error === "deadline")
    return { outcome: "failed", type: error, message: "it was still being trained at the run's hard deadline" };
  const message = `chunk ${chunk} failed ${attempt} times: ${error ?? "unknown error"}`;
  return { outcome: "failed", type: "chunk-failed", message };
}
