import type { IndexedSegment } from "../core/artifact.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { type IndexSummary, newRunId, type RunManifest, snapshotIds, statedInterval } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { startCrew } from "../crew/crew.ts";
import { type Collected, collectRun, joinIndexes, selected } from "../pipeline/collect-run.ts";
import type { RunSpec } from "../pipeline/plan-run.ts";
import { resumeRun } from "../pipeline/resume.ts";
import { type TrainContext, train } from "../pipeline/train.ts";
import type { Engine } from "../ports/engine.ts";
import { completedRun, readIndex } from "../runs/read-index.ts";
import { checksum } from "../stages/checksum.ts";
import type { UnchangedPartition } from "../work/find-unchanged.ts";
import type { WorkerRequest } from "../work/worker.ts";

/** The changes of a run's partitions since an earlier run. */
export interface ChangedSummary {
  /** The earlier run; null if there is none. */
  readonly since: string | null;
  /** The number of partitions that were trained, and the number that kept their row of the earlier run. */
  readonly trained: number;
  readonly carried: number;
  /** The reason why all partitions were trained; null if only those with changed data were. */
  readonly why: string | null;
}

/** A completed run, and what of it is new. */
export interface ChangedRun {
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  readonly changed: ChangedSummary;
}

/**
 * Trains the partitions whose data have changed since an earlier run, or that it does not have, and makes one completed run
 * of them and of the earlier run's other rows, which are not copied. Partitions that the source has no more are left out.
 * Where definition, exports, seed, interval or keys are other ones, everything is trained.
 *
 * @param since - the earlier run, completed
 * @throws {ManymodelError} `not-found` or `conflict` if there is no such completed run; what `train` throws
 */
export async function trainChanged(
  engine: Engine,
  spec: RunSpec,
  since: string,
  context: TrainContext,
): Promise<ChangedRun> {
  const base = await completedRun(engine, since);
  const snapshot = await engine.source.snapshot(spec.query);
  const everything = async (why: string | null): Promise<ChangedRun> => {
    const run = await train(engine, { ...spec, snapshot }, context);
    return { ...run, changed: { since, trained: run.manifest.partitions, carried: 0, why } };
  };
  const why = whyEverything(base.manifest, { ...spec, snapshot });
  if (why !== null) return everything(why);

  const index = await readIndex(engine.stage, base.index, `run ${since} was completed`);
  const keptParts = new Map<IndexedSegment, IndexedSegment>();
  const isKept = new Uint8Array(snapshot.partitions);
  const waiting = index.segments[Symbol.iterator]();
  const crew = await startCrew(context, Math.min(spec.workers, index.segments.length));
  try {
    await crew.run(async (member, signal) => {
      for (let next = waiting.next(); !next.done && !signal.aborted; next = waiting.next()) {
        const request: WorkerRequest = { type: "find-unchanged", segment: next.value, snapshot };
        const unchanged = await member.call<UnchangedPartition[]>(request);
        const part = selected(next.value, unchanged);
        if (part !== undefined) keptParts.set(next.value, part);
        for (const { ordinal } of unchanged) isKept[ordinal] = 1;
      }
    });
  } finally {
    await crew.close();
  }
  // The members end in any order; the index is in that of the segments.
  const unchangedParts = index.segments.flatMap((segment) => keptParts.get(segment) ?? []);
  const carried = unchangedParts.reduce((sum, { rows }) => sum + rows, 0);
  if (carried === 0) return everything(null);

  const keys = await changedKeys(engine, snapshot, isKept);
  const fresh = keys.length === 0 ? undefined : await trainKeys(engine, { ...spec, snapshot, keys }, since, context);
  const before: Collected = { sources: index.sources, segments: unchangedParts };
  const news = fresh && (await readIndex(engine.stage, fresh.index, `run ${fresh.manifest.runId} was completed`));
  const { champions: _, patch: __, ...trained } = base.manifest;
  const plan = {
    ...trained,
    runId: spec.runId,
    createdAt: context.now().toISOString(),
    packageVersion: context.packageVersion,
    mode: "changed" as const,
    snapshot,
    changed: { since, by: fresh?.manifest.runId ?? null },
  };
  const run = await collectRun(engine, plan, news === undefined ? before : joinIndexes(before, news));
  return { ...run, changed: { since, trained: keys.length, carried, why: null } };
}

/**
 * Trains the partitions that have changed, or resumes the run that does so since an earlier process was killed: the run's id says
 * what it trains.
 */
async function trainKeys(
  engine: Engine,
  spec: RunSpec & Pick<RunManifest, "snapshot">,
  since: string,
  context: TrainContext,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const { snapshot, definition, exports, seed, keyArg, mode } = spec;
  const inputs = [since, snapshotIds(snapshot), definition.sha256, exports, seed, keyArg, mode, context.packageVersion];
  const runId = `changed_${checksum(JSON.stringify(inputs)).slice(0, 16)}`;
  const existing = await engine.catalog.run(runId);
  if (existing === undefined) return train(engine, { ...spec, runId }, context);
  const { manifest, index, state } = existing;
  const runs = await engine.catalog.runs();
  const isCollected = runs.some((run) => run.state === "completed" && run.manifest?.changed?.by === runId);
  if (state === "completed" && manifest !== null && index !== null && !isCollected) return { manifest, index };
  const isOpen = state !== "failed" && state !== "completed";
  if (isOpen && (await isPlanned(engine, runId))) return resumeRun(engine, runId, spec.workers, context);
  return train(engine, { ...spec, runId: newRunId(mode, context.now(), Math.random) }, context);
}

const isPlanned = async ({ stage }: Engine, runId: string) =>
  (await stage.list(`runs/${runId}/`)).includes(stagePath.manifest(runId));

/** Returns the reason why a partition's model could differ even if its data are the same; null if there is none. */
function whyEverything(
  base: RunManifest,
  spec: Omit<RunSpec, "snapshot"> & Pick<RunManifest, "snapshot">,
): string | null {
  const types = ({ keyColumns }: RunManifest["snapshot"]) => JSON.stringify(keyColumns);
  if (base.definition.sha256 !== spec.definition.sha256) return "the model definition is another one";
  if (base.definition.learns) return `${base.definition.name} learns from all partitions`;
  if (JSON.stringify(base.exports) !== JSON.stringify(spec.exports)) return "the exports are other ones";
  if (base.seed !== spec.seed) return `the seed is ${spec.seed}, it was ${base.seed}`;
  const [was, is] = [base, spec].map(({ snapshot }) => statedInterval(snapshot.query));
  if (was !== is) return `the interval is ${is ?? "each series' own"}, it was ${was ?? "each series' own"}`;
  const zoneOf = ({ zone }: RunManifest["snapshot"]) =>
    zone && `${zone.name}, ${zone.timeOfDay === null ? "instants" : "days"}`;
  if (zoneOf(base.snapshot) !== zoneOf(spec.snapshot))
    return `the time zone is ${zoneOf(spec.snapshot) ?? "none"}, it was ${zoneOf(base.snapshot) ?? "none"}`;
  if (types(base.snapshot) !== types(spec.snapshot)) return "the source is partitioned otherwise";
  return base.keyArg === spec.keyArg ? null : `the loop variable is ${spec.keyArg}, it was ${base.keyArg}`;
}

/** Keys are read from the snapshot this many at a time. */
const KEYS_PER_READ = 100_000;

async function changedKeys(
  { source }: Engine,
  snapshot: RunManifest["snapshot"],
  isKept: Uint8Array,
): Promise<PartitionKey[]> {
  const changed: PartitionKey[] = [];
  for (let from = 0; from < snapshot.partitions; from += KEYS_PER_READ) {
    const to = Math.min(snapshot.partitions, from + KEYS_PER_READ);
    if (isKept.subarray(from, to).every((flag) => flag === 1)) continue;
    const keys = await source.keys(snapshot, from, to);
    keys.forEach((key, i) => {
      if (isKept[from + i] === 0) changed.push(key);
    });
  }
  return changed;
}
