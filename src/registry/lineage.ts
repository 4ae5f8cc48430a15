import type { PlainData } from "../core/columns/plain-data.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { DataQuery, RunManifest } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import { readIndex } from "../runs/read-index.ts";

/** A run that models of a version come from. */
export interface LineageRun {
  readonly runId: string;
  /** Null where the run's record is not in this workspace. */
  readonly trained: {
    readonly createdAt: string;
    readonly mode: RunManifest["mode"];
    readonly source: DataQuery;
    readonly sourceFingerprint: string;
    readonly rows: number;
    readonly seed: number;
    readonly packageVersion: string;
    /** The run whose partitions it was to improve. */
    readonly refines: string | null;
  } | null;
  readonly definition: { readonly name: string | null; readonly sha256: string };
  readonly exports: PlainData;
  /** The number of the version's partitions that come from it. */
  readonly partitions: number;
}

/** The origin of a version. */
export interface Lineage {
  readonly model: string;
  readonly version: string;
  readonly createdAt: string;
  /** The versions it was made from, the nearest first. */
  readonly ancestors: readonly string[];
  /** The run that was registered. */
  readonly runId: string;
  /** The runs that its models come from: the one that was registered or, of a collection, those collected. */
  readonly runs: readonly LineageRun[];
}

/** Follows a version back to what it was made from. */
export async function versionLineage(
  { catalog, versions, stage }: Engine,
  { model, version, createdAt, runId, index, parent }: ModelVersion,
): Promise<Lineage> {
  const ancestors: string[] = [];
  for (let name = parent; name !== undefined; name = (await versions.get(model, name))?.parent) ancestors.push(name);
  const { sources, segments } = await readIndex(stage, index, `${model} ${version} was registered`);
  const runs: LineageRun[] = [];
  for (const [position, source] of sources.entries()) {
    const partitions = segments.reduce((sum, segment) => sum + (segment.source === position ? segment.rows : 0), 0);
    if (partitions === 0) continue;
    const manifest = (await catalog.run(source.runId))?.manifest ?? null;
    const { definitionSha256: sha256, exports } = source;
    const name = manifest?.definition.sha256 === sha256 ? manifest.definition.name : null;
    runs.push({ runId: source.runId, trained: trained(manifest), definition: { name, sha256 }, exports, partitions });
  }
  return { model, version, createdAt, ancestors, runId, runs };
}

function trained(manifest: RunManifest | null): LineageRun["trained"] {
  if (manifest === null) return null;
  const { createdAt, mode, snapshot, seed, packageVersion, refines } = manifest;
  const { query: source, fingerprint: sourceFingerprint, rows } = snapshot;
  return { createdAt, mode, source, sourceFingerprint, rows, seed, packageVersion, refines };
}
