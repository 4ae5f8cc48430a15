import type { IndexedSegment, ModelIndex } from "../core/artifact.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { encodeSelection } from "../core/selection.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Outcome } from "../core/states.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import { getSource } from "../runs/read-index.ts";
import { putJson } from "../stages/json.ts";
import { commitIndex } from "./build-index.ts";

/** Segments of several runs, and which runs those are. */
export type Collected = Pick<ModelIndex, "sources" | "segments">;

type CollectedPlan = Omit<RunManifest, "partitions" | "limits" | "refines">;

/**
 * Makes a completed run of rows of other runs' segments: no artifact is copied. Runs of which no row counts are left out.
 *
 * @returns the manifest as it was stored, and the index
 */
export function collectRun(
  engine: Engine,
  plan: CollectedPlan,
  collected: Collected,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  return during({ phase: "index", run: plan.runId }, () => indexCollected(engine, plan, collected));
}

async function indexCollected(
  engine: Engine,
  plan: CollectedPlan,
  { sources, segments }: Collected,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const used = sources.filter((_, i) => segments.some(({ source }) => source === i));
  const total = (of: (segment: IndexedSegment) => number) => segments.reduce((sum, segment) => sum + of(segment), 0);
  const [partitions, succeeded, failed] = [total((s) => s.rows), total((s) => s.succeeded), total((s) => s.failed)];
  const manifest: RunManifest = { ...plan, partitions, limits: null, refines: null };
  const { runId, createdAt } = manifest;
  await engine.catalog.createRun(runId, createdAt);
  await putJson(engine.stage, stagePath.manifest(runId), manifest);
  await engine.catalog.moveRun(runId, "running", { manifest });
  await engine.catalog.moveRun(runId, "finalizing");
  const counts = { partitions, succeeded, failed, skipped: partitions - succeeded - failed };
  const placed = segments.map((segment) => ({
    ...segment,
    source: used.indexOf(getSource({ sources }, segment)),
  }));
  const index: ModelIndex = { formatVersion: 1, runId, createdAt, ...counts, sources: used, segments: placed };
  return { manifest, index: await commitIndex(engine, manifest, index, createdAt) };
}

/** Puts the segments of one index after those of another. */
export function joinIndexes(first: Collected, second: Collected): Collected {
  const offset = first.sources.length;
  return {
    sources: [...first.sources, ...second.sources],
    segments: [...first.segments, ...second.segments.map((part) => ({ ...part, source: part.source + offset }))],
  };
}

/** Returns a segment of which only these rows count; undefined if there are none. */
export function selected(
  segment: IndexedSegment,
  rows: readonly { readonly at: number; readonly outcome: Outcome }[],
): IndexedSegment | undefined {
  if (rows.length === 0) return undefined;
  if (rows.length === segment.rows) return segment;
  const total = segment.total ?? segment.rows;
  const count = (kind: Outcome) => rows.filter(({ outcome }) => outcome === kind).length;
  const select = encodeSelection(
    rows.map(({ at }) => at),
    total,
  );
  return { ...segment, rows: rows.length, succeeded: count("succeeded"), failed: count("failed"), total, select };
}
