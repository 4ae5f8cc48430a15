import type { RunRecord } from "../core/run.ts";
import { knownRun } from "../pipeline/known-run.ts";
import { hasStalled } from "../pipeline/stalled.ts";
import type { Engine } from "../ports/engine.ts";
import { countsOf, RunFollower } from "./run-progress.ts";
import type { RunDetail, RunLine } from "./wire.ts";

/** All runs, newest first. Those in progress are counted by their chunks. */
export async function runLines(engine: Engine): Promise<RunLine[]> {
  const { catalog, queue } = engine;
  const runs = await catalog.runs();
  return Promise.all(
    runs.map(async (run) => {
      const chunks = run.index === null && run.manifest !== null ? await queue.counts(run.runId) : undefined;
      const line = lineOf(run, await hasStalled(engine, run));
      return chunks === undefined
        ? line
        : {
            ...line,
            // A chunk that failed as a whole has no segment, but its partitions are done with.
            done: chunks.partitionsFinished,
            failed: chunks.partitionsFailed,
            skipped: chunks.partitionsSkipped,
          };
    }),
  );
}

function lineOf(run: RunRecord, stalled: boolean): RunLine {
  const { runId, state, createdAt, endedAt, manifest, error } = run;
  const { done, failed, skipped } = countsOf(run, []);
  return {
    ...{ runId, state, stalled, createdAt, endedAt, error, done, failed, skipped },
    mode: manifest?.mode ?? null,
    source: manifest?.snapshot.query.table ?? null,
    definition: manifest?.definition.name ?? null,
    partitions: manifest?.partitions ?? null,
    refines: manifest?.refines ?? null,
  };
}

/** What a run trained on, by its exports: the column that is forecast, its season and its holdout. */
export interface ForecastTask {
  readonly target: string | null;
  readonly period: number;
  readonly horizon: number;
  readonly holdout: number;
  readonly method: string | null;
}

/** Reads the names that the built-in models use from exports; others leave nothing. */
export function forecastTask(exports: unknown): ForecastTask {
  const given = (typeof exports === "object" && exports !== null ? exports : {}) as Record<string, unknown>;
  const count = (name: string, otherwise: number) =>
    Number.isSafeInteger(given[name]) && (given[name] as number) >= 0 ? (given[name] as number) : otherwise;
  const text = (name: string) => (typeof given[name] === "string" ? (given[name] as string) : null);
  return {
    target: text("target"),
    period: Math.max(1, count("period", 1)),
    horizon: Math.max(1, count("horizon", 30)),
    holdout: count("holdout", 0),
    method: text("method"),
  };
}

/** A run in detail. @throws {ManymodelError} `not-found` for an unknown run */
export async function runDetail(engine: Engine, runId: string, now: number): Promise<RunDetail> {
  const run = await knownRun(engine.catalog, runId);
  const progress = await new RunFollower(engine, runId).read(now);
  const { manifest, index } = run;
  const versions = (await engine.versions.list()).filter((version) => version.runId === runId);
  const { done, failed, skipped } = progress;
  return {
    ...lineOf(run, progress.stalled),
    ...{ done, failed, skipped },
    seed: manifest?.seed ?? null,
    rows: manifest?.snapshot.rows ?? null,
    keyColumns: manifest?.snapshot.keyColumns.map(({ name }) => name) ?? [],
    timeColumn: manifest?.snapshot.timeColumn ?? null,
    target: forecastTask(manifest?.exports).target,
    exports: manifest?.exports ?? null,
    packageVersion: manifest?.packageVersion ?? null,
    definitionSha256: manifest?.definition.sha256 ?? null,
    stageBytes: index?.bytes ?? null,
    champions: manifest?.champions?.runs ?? [],
    versions: versions.map(({ model, version }) => ({ model, version })),
    progress,
  };
}
