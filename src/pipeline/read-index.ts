import type { IndexedSegment, ModelIndex, PartitionOutcome } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { IndexSummary, RunManifest, RunRecord } from "../core/run.ts";
import { decodeSegment } from "../core/segment.ts";
import { rowSelector } from "../core/selection.ts";
import type { Engine } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import { getVerified } from "./checksum.ts";
import { parseJson } from "./json.ts";
import { knownRun } from "./known-run.ts";

/** A run whose index is complete. */
export interface CompletedRun extends RunRecord {
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
}

/** A completed run. @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed */
export async function completedRun({ catalog }: Engine, runId: string): Promise<CompletedRun> {
  const run = await knownRun(catalog, runId);
  const { state, manifest, index } = run;
  if (state !== "completed" || manifest === null || index === null)
    throw new ManymodelError("conflict", `run ${runId} is ${state}; wait until it is completed`);
  return { ...run, manifest, index };
}

/** An index, verified. @throws {ManymodelError} `corrupt` with `why` if it was changed */
export async function readIndex(stage: Stage, { path, sha256 }: IndexSummary, why: string): Promise<ModelIndex> {
  return parseJson(await getVerified(stage, path, sha256, why), path);
}

/** A row of a segment that counts, and where it is in its file. */
export interface IndexedRow {
  readonly row: PartitionOutcome;
  readonly at: number;
}

/**
 * The rows of one segment of an index that count.
 *
 * @param options - what to leave out (see `decodeSegment`)
 */
export async function segmentRows(
  stage: Stage,
  { path, sha256, select }: IndexedSegment,
  options: { summary?: boolean; forScoring?: boolean } = {},
): Promise<IndexedRow[]> {
  const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
  const isSelected = rowSelector(select);
  return (await decodeSegment(bytes, path, options)).map((row, at) => ({ row, at })).filter(({ at }) => isSelected(at));
}
