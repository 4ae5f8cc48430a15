import type { IndexSummary, RunManifest, RunRecord } from "../../core/run.ts";
import type { SkipReason } from "../../core/states.ts";
import type { Engine } from "../../ports/engine.ts";
import { knownRun } from "../../runs/known-run.ts";
import { getSource, readIndex } from "../../runs/read-index.ts";
import { hasStalled } from "../../runs/stalled.ts";
import type { RunDetail, RunLine } from "../wire.ts";
import { countsOf, RunFollower, skipReasonOf } from "./run-progress.ts";

/** Lists the runs again and again. */
export class RunLister {
  readonly #engine: Engine;
  /** The reasons for skipped partitions of completed runs, by the hash of their index. */
  readonly #reasons = new Map<string, SkipReason | null>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Returns all runs, newest first. Those in progress are counted by their chunks. */
  async read(): Promise<RunLine[]> {
    const { catalog, queue } = this.#engine;
    return Promise.all(
      (await catalog.runs()).map(async (run) => {
        if (run.index !== null || run.manifest === null) return lineOf(run, { skipReason: await this.#reason(run) });
        const { partitionsFinished, partitionsFailed, partitionsSkipped } = await queue.counts(run.runId);
        return {
          ...lineOf(run, { stalled: await hasStalled(this.#engine, run) }),
          // A chunk that failed as a whole has no segment, but its partitions are done with.
          done: partitionsFinished,
          failed: partitionsFailed,
          skipped: partitionsSkipped,
        };
      }),
    );
  }

  async #reason({ runId, index }: RunRecord): Promise<SkipReason | null> {
    if (index === null || index.skipped === 0) return null;
    const cached = this.#reasons.get(index.sha256);
    if (cached !== undefined) return cached;
    const reason = skipReasonOf(await this.#engine.queue.chunks(runId));
    this.#reasons.set(index.sha256, reason);
    return reason;
  }
}

/** The modes of runs that have the models of others. */
const COLLECTIONS: readonly string[] = ["champions", "patch", "changed"] satisfies RunManifest["mode"][];

function lineOf(
  run: RunRecord,
  { stalled = false, skipReason = null }: { stalled?: boolean; skipReason?: SkipReason | null },
): RunLine {
  const { runId, state, createdAt, endedAt, manifest, error } = run;
  const { done, failed, skipped } = countsOf(run, []);
  const collects = manifest !== null && COLLECTIONS.includes(manifest.mode);
  return {
    runId,
    state,
    stalled,
    skipReason,
    createdAt,
    endedAt,
    error,
    done,
    failed,
    skipped,
    collects,
    mode: manifest?.mode ?? null,
    source: manifest?.snapshot.query.table ?? null,
    definition: manifest === null || collects ? null : modelName(manifest),
    partitions: manifest?.partitions ?? null,
    refines: manifest?.refines ?? null,
    // What refines a run is fed best first; a retry are tasks.
    retries: manifest?.mode === "tasks" && manifest.refines !== null,
  };
}

/** Returns a model of this package by its name, since several share a definition; any other by its definition. */
function modelName({ model, definition }: RunManifest): string {
  return model === undefined || /[./\\]/.test(model) ? definition.name : model;
}

/** The task of a run, by its exports: the column that is forecast and its holdout. */
export interface ForecastTask {
  readonly target: string | null;
  readonly horizon: number;
  readonly holdout: number;
  readonly method: string | null;
}

/** Reads the names that the built-in models use from exports; others leave nothing. */
export function forecastTask(exports: unknown): ForecastTask {
  const options = (typeof exports === "object" && exports !== null ? exports : {}) as Record<string, unknown>;
  const count = (name: string, otherwise: number) =>
    Number.isSafeInteger(options[name]) && (options[name] as number) >= 0 ? (options[name] as number) : otherwise;
  const text = (name: string) => (typeof options[name] === "string" ? (options[name] as string) : null);
  return {
    target: text("target"),
    horizon: Math.max(1, count("horizon", 30)),
    holdout: count("holdout", 0),
    method: text("method"),
  };
}

/** Counts the partitions of a collection by the run that each is of, the most first. */
async function originsOf({ stage }: Engine, runId: string, summary: IndexSummary): Promise<RunDetail["from"]> {
  const index = await readIndex(stage, summary, `run ${runId} was completed`);
  const counts = new Map<string, number>();
  for (const segment of index.segments) {
    const { runId: origin } = getSource(index, segment);
    counts.set(origin, (counts.get(origin) ?? 0) + segment.rows);
  }
  return Array.from(counts, ([origin, partitions]) => ({ runId: origin, partitions })).sort(
    (a, b) => b.partitions - a.partitions,
  );
}

/** Returns a run in detail. @throws {ManymodelError} `not-found` for an unknown run */
export async function runDetail(engine: Engine, runId: string, now: number): Promise<RunDetail> {
  const run = await knownRun(engine.catalog, runId);
  const progress = await new RunFollower(engine, runId).read(now);
  const { manifest, index } = run;
  const versions = (await engine.versions.list()).filter((version) => version.runId === runId);
  const { done, failed, skipped } = progress;
  return {
    ...lineOf(run, progress),
    done,
    failed,
    skipped,
    seed: manifest?.seed ?? null,
    rows: manifest?.snapshot.rows ?? null,
    ended: manifest?.snapshot.ended ?? 0,
    keyColumns: manifest?.snapshot.keyColumns.map(({ name }) => name) ?? [],
    timeColumn: manifest?.snapshot.timeColumn ?? null,
    target: forecastTask(manifest?.exports).target,
    exports: manifest?.exports ?? null,
    packageVersion: manifest?.packageVersion ?? null,
    definitionSha256: manifest?.definition.sha256 ?? null,
    stageBytes: index?.bytes ?? null,
    champions: manifest?.champions?.runs ?? [],
    from: lineOf(run, {}).collects && index !== null ? await originsOf(engine, run.runId, index) : [],
    versions: versions.map(({ model, version }) => ({ model, version })),
    progress,
  };
}
