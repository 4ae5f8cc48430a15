import type { IndexedSegment, ModelIndex } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import { checkSameKeys } from "../core/partition-key.ts";
import type { Change, ModelVersion } from "../core/registry.ts";
import { newRunId } from "../core/run.ts";
import { collectRun, joinIndexes, selected } from "../pipeline/collect-run.ts";
import type { Engine } from "../ports/engine.ts";
import { openFinder } from "../runs/find-partition.ts";
import { completedRun, type IndexedRow, readIndex, segmentRows } from "../runs/read-index.ts";
import { registerVersion } from "./register-version.ts";

/** The partitions of a version to replace, and their replacements. */
export interface PatchSpec {
  readonly base: ModelVersion;
  /** A completed run over some of the version's partitions, or over new ones. */
  readonly runId: string;
  readonly version: string;
  readonly horizon: number;
  readonly comment?: string;
}

/**
 * Registers a version in which the models of a run take the place of a version's own, and which shares all others with
 * it: no model is copied, and only segments that a replaced partition is in are read. A partition that failed in the run
 * keeps the model it has.
 *
 * @throws {ManymodelError} `not-found` for an unknown run; `conflict` if it is not completed, has no model, or other keys
 */
export async function patchVersion(
  engine: Engine,
  { base, runId, version, horizon, comment }: PatchSpec,
  packageVersion: string,
  change: Change,
): Promise<ModelVersion> {
  const { stage } = engine;
  const run = await completedRun(engine, runId);
  checkSameKeys(
    "conflict",
    { name: `${base.model} ${base.version}`, keyColumns: base.keyColumns },
    { name: `run ${runId}`, keyColumns: run.manifest.snapshot.keyColumns },
  );
  const index = await readIndex(stage, base.index, `${base.model} ${base.version} was registered`);
  const news = await readIndex(stage, run.index, `run ${runId} was completed`);
  const replacements: IndexedSegment[] = [];
  const keys = new Set<string>();
  for (const segment of news.segments) {
    const rows = (await segmentRows(stage, segment, { summary: true })).filter(
      ({ row }) => row.outcome === "succeeded",
    );
    for (const { row } of rows) keys.add(row.partitionKey);
    const part = selected(segment, rows.map(toChoice));
    if (part !== undefined) replacements.push(part);
  }
  if (keys.size === 0) throw new ManymodelError("conflict", `run ${runId} has no model that could replace one`);
  const remaining = await without(engine, index, keys);
  const { manifest: trained } = await completedRun(engine, base.runId);
  const id = newRunId("patch", new Date(change.at), Math.random);
  const plan = {
    ...trained,
    runId: id,
    createdAt: change.at,
    packageVersion,
    mode: "patch" as const,
    definition: { ...trained.definition, predicts: trained.definition.predicts && run.manifest.definition.predicts },
    patch: { of: base.runId, by: runId },
  };
  await collectRun(
    engine,
    plan,
    joinIndexes({ sources: index.sources, segments: remaining }, { sources: news.sources, segments: replacements }),
  );
  const spec = { model: base.model, version, runId: id, horizon, parent: base.version };
  return registerVersion(engine, { ...spec, ...(comment !== undefined && { comment }) }, change);
}

/** Returns an index's segments without the rows of some keys. */
async function without({ stage }: Engine, index: ModelIndex, keys: ReadonlySet<string>): Promise<IndexedSegment[]> {
  const finder = await openFinder(stage, index);
  const touched = new Set([...keys].flatMap((key) => finder.places(key).map(({ segment }) => segment)));
  const remaining: (IndexedSegment | undefined)[] = [];
  for (const segment of index.segments) {
    if (!touched.has(segment)) remaining.push(segment);
    else {
      const rows = await segmentRows(stage, segment, { summary: true });
      remaining.push(selected(segment, rows.filter(({ row }) => !keys.has(row.partitionKey)).map(toChoice)));
    }
  }
  return remaining.filter((segment) => segment !== undefined);
}

const toChoice = ({ row, at }: IndexedRow) => ({ at, outcome: row.outcome });
