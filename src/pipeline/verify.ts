import { ManymodelError, messageOf } from "../core/errors.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { StoredCheck } from "../ports/integrity.ts";
import { completedRun, readIndex, segmentRows } from "../runs/read-index.ts";
import { getVerified, jsonChecksum } from "../stages/checksum.ts";
import { getSealed } from "../stages/sealed.ts";

/** The result of verifying a run's artifacts. */
export interface Verification {
  readonly runId: string;
  readonly segments: number;
  readonly partitions: number;
  readonly bytes: number;
  /** A line for each file that is missing or was altered; empty if all is well. */
  readonly problems: readonly string[];
  /** A line for each thing that could not be checked. */
  readonly notes?: readonly string[];
}

/** Files that hold their own checksum: tasks, and what is said of segments. */
const SEALED = /\/tasks\/task_\d+\.json$|\/chunks\/\d+\/\d+\/manifest\.json$/;

/**
 * Reads everything that a completed run (or a collection of champions) needs to be scored: its index, every segment and
 * every model definition, and compares each with its checksum and its counts. The same for the run's pinned data and the
 * database, where the engine can check them.
 *
 * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed
 */
export async function verifyRun(engine: Engine, runId: string, signal?: AbortSignal): Promise<Verification> {
  const damage = await verifyArtifacts(engine, runId, signal);
  const { snapshot } = (await completedRun(engine, runId)).manifest;
  const stored = await engine.integrity?.check(snapshot);
  return {
    ...damage,
    problems: [...damage.problems, ...(stored?.problems ?? [])],
    ...(stored !== undefined && stored.notes.length > 0 && { notes: stored.notes }),
  };
}

async function verifyArtifacts(engine: Engine, runId: string, signal?: AbortSignal): Promise<Verification> {
  const { stage } = engine;
  const { index: summary, manifest } = await completedRun(engine, runId);
  const problems: string[] = [];
  const check = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ManymodelError)) throw error;
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const result = { runId, segments: 0, partitions: 0, bytes: 0, problems };
  const index = await check(() => readIndex(stage, summary, `run ${runId} was completed`));
  await check(() => getVerified(stage, stagePath.manifest(runId), jsonChecksum(manifest), "the run was planned"));
  for (const { keyIndex, learnt } of index?.sources ?? [])
    for (const file of [keyIndex, learnt])
      if (file !== undefined)
        await check(() => getVerified(stage, file.path, file.sha256, "it was written; its checksum differs"));
  for (const { definitionSha256 } of index?.sources ?? []) {
    const file = stagePath.definition(definitionSha256);
    await check(() => getVerified(stage, file, definitionSha256, "it was stored; its checksum differs"));
  }
  for (const file of await stage.list(`runs/${runId}/`))
    if (SEALED.test(file)) await check(() => getSealed(stage, file));
  const paths = new Set<string>();
  for (const segment of index?.segments ?? []) {
    signal?.throwIfAborted();
    const rows = await check(() => segmentRows(stage, segment, { summary: true }));
    if (rows === undefined) continue;
    result.segments++;
    result.partitions += rows.length;
    result.bytes += segment.bytes;
    if (rows.length !== segment.rows)
      problems.push(`${segment.path} has ${rows.length} of the ${segment.rows} partitions that the index says`);
    for (const { row } of rows) {
      if (paths.has(row.partitionKey)) problems.push(`partition ${row.partitionKey} is in the index twice`);
      paths.add(row.partitionKey);
    }
  }
  if (problems.length === 0 && result.partitions !== manifest.partitions)
    problems.push(`run ${runId} has ${result.partitions} of ${manifest.partitions} planned partitions`);
  return result;
}

/** The result of verifying a whole workspace. */
export interface WorkspaceVerification {
  readonly runs: readonly Verification[];
  /** The check of the engine's storage other than the artifacts of runs, if it can be checked. */
  readonly stored: StoredCheck | null;
}

/** Verifies every completed run, every part of every table, every pinned snapshot, and the database. */
export async function verifyWorkspace(engine: Engine, signal?: AbortSignal): Promise<WorkspaceVerification> {
  const stored = (await engine.integrity?.check()) ?? null;
  const runs: Verification[] = [];
  for (const { runId, state } of await engine.catalog.runs())
    if (state === "completed") runs.push(await verifyArtifacts(engine, runId, signal));
  return { runs, stored };
}
