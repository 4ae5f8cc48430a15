import type { IndexedSegment, ModelIndex } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Change, ModelVersion } from "../core/registry.ts";
import { newRunId, type RunManifest } from "../core/run.ts";
import { encodeSelection } from "../core/selection.ts";
import { stagePath } from "../core/stage-path.ts";
import { commitIndex } from "../pipeline/build-index.ts";
import { openFinder } from "../pipeline/find-partition.ts";
import { putJson } from "../pipeline/json.ts";
import { completedRun, type IndexedRow, readIndex, segmentRows } from "../pipeline/read-index.ts";
import type { Engine } from "../ports/engine.ts";
import { registerVersion } from "./register-version.ts";

/** Which partitions of a version to replace, and by what. */
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
  const { stage, catalog } = engine;
  const run = await completedRun(engine, runId);
  checkKeys(base, run.manifest);
  const index = await readIndex(stage, base.index, `${base.model} ${base.version} was registered`);
  const news = await readIndex(stage, run.index, `run ${runId} was completed`);
  const taken: { segment: IndexedSegment; rows: IndexedRow[] }[] = [];
  for (const segment of news.segments) {
    const rows = await segmentRows(stage, segment, { summary: true });
    taken.push({ segment, rows: rows.filter(({ row }) => row.outcome === "succeeded") });
  }
  const keys = taken.flatMap(({ rows }) => rows.map(({ row }) => row.partitionKey));
  if (keys.length === 0) throw new ManymodelError("conflict", `run ${runId} has no model to replace any by`);
  const kept = await without(engine, index, new Set(keys));
  const offset = index.sources.length;
  const segments = [
    ...kept,
    ...taken.flatMap(({ segment, rows }) => {
      const part = selected(segment, rows);
      return part === undefined ? [] : [{ ...part, source: segment.source + offset }];
    }),
  ];
  const total = (of: (segment: IndexedSegment) => number) => segments.reduce((sum, segment) => sum + of(segment), 0);
  const [partitions, succeeded, failed] = [total((s) => s.rows), total((s) => s.succeeded), total((s) => s.failed)];
  const { manifest: trained } = await completedRun(engine, base.runId);
  const id = newRunId("patch", new Date(change.at), Math.random);
  const manifest: RunManifest = {
    ...trained,
    ...{ runId: id, createdAt: change.at, packageVersion, mode: "patch", partitions, limits: null, refines: null },
    definition: { ...trained.definition, predicts: trained.definition.predicts && run.manifest.definition.predicts },
    patch: { of: base.runId, by: runId },
  };
  await catalog.createRun(id, change.at);
  await putJson(stage, stagePath.manifest(id), manifest);
  await catalog.moveRun(id, "running", { manifest });
  await catalog.moveRun(id, "finalizing");
  const sources = [...index.sources, ...news.sources];
  const counts = { partitions, succeeded, failed, skipped: partitions - succeeded - failed };
  const patched: ModelIndex = { formatVersion: 1, runId: id, createdAt: change.at, ...counts, sources, segments };
  await commitIndex(engine, manifest, patched, change.at);
  const spec = { model: base.model, version, runId: id, horizon, parent: base.version };
  return registerVersion(engine, { ...spec, ...(comment !== undefined && { comment }) }, change);
}

function checkKeys({ model, version, keyColumns }: ModelVersion, { runId, snapshot }: RunManifest): void {
  const types = (columns: ModelVersion["keyColumns"]) => columns.map(({ type }) => type).join(", ");
  if (types(keyColumns) !== types(snapshot.keyColumns))
    throw new ManymodelError(
      "conflict",
      `${model} ${version} is partitioned by (${types(keyColumns)}), run ${runId} by (${types(snapshot.keyColumns)}); the keys must be of the same types`,
    );
}

/** An index's segments without the rows of some keys. */
async function without({ stage }: Engine, index: ModelIndex, keys: ReadonlySet<string>): Promise<IndexedSegment[]> {
  const finder = await openFinder(stage, index);
  const touched = new Set([...keys].flatMap((key) => finder.places(key).map(({ segment }) => segment)));
  const kept: (IndexedSegment | undefined)[] = [];
  for (const segment of index.segments) {
    if (!touched.has(segment)) kept.push(segment);
    else {
      const rows = await segmentRows(stage, segment, { summary: true });
      kept.push(
        selected(
          segment,
          rows.filter(({ row }) => !keys.has(row.partitionKey)),
        ),
      );
    }
  }
  return kept.filter((segment) => segment !== undefined);
}

/** A segment of which only these rows count; undefined if there are none. */
export function selected(segment: IndexedSegment, rows: readonly IndexedRow[]): IndexedSegment | undefined {
  if (rows.length === 0) return undefined;
  if (rows.length === segment.rows) return segment;
  const total = segment.total ?? segment.rows;
  const count = (outcome: string) => rows.filter(({ row }) => row.outcome === outcome).length;
  const select = encodeSelection(
    rows.map(({ at }) => at),
    total,
  );
  return { ...segment, rows: rows.length, succeeded: count("succeeded"), failed: count("failed"), total, select };
}
