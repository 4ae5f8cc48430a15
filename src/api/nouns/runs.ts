import { ManymodelError } from "../../core/errors.ts";
import type { QueueCounts } from "../../core/queue-counts.ts";
import type { IndexSummary, RunManifest, RunRecord } from "../../core/run.ts";
import { type FleetRecord, fleetRecord } from "../../fleets/launch.ts";
import type { Verification } from "../../pipeline/verify.ts";
import type { FleetStatus } from "../../ports/fleet.ts";
import type { JobRecord } from "../../ports/jobs.ts";
import type { Champions, ChampionsSpec } from "../../refine/champions.ts";
import type { CompareOptions, Comparison } from "../../refine/compare.ts";
import type { Ranking, RankOptions } from "../../refine/rank.ts";
import { type FailureGroup, failureGroups } from "../../runs/failure-groups.ts";
import { knownRun } from "../../runs/known-run.ts";
import { type Progress, readProgress } from "../../runs/progress.ts";
import { hasStalled } from "../../runs/stalled.ts";
import { feedingBegan, limitsLeft } from "../../runs/time-left.ts";
import { pause } from "../../stages/pause.ts";
import { type LongCallOptions, runContext } from "../run-context.ts";
import type { DeterminismCheck } from "../verbs/check-determinism.ts";
import type { ResumeOptions } from "../verbs/resume.ts";
import type { RetryOptions } from "../verbs/retry.ts";
import type { Run } from "../verbs/train.ts";
import { startWork, type Work } from "../work.ts";
import type { Workspace } from "../workspace.ts";

/** A run, and whether work on it has stopped. */
export interface ListedRun extends RunRecord {
  /** True if the run is running, but no worker is left on it. `resume` continues it. */
  readonly stalled: boolean;
}

/** A run in detail. */
export interface RunDetails extends ListedRun {
  readonly queue: QueueCounts;
  /** The failures of a completed run, grouped by type and message, the most frequent first. */
  readonly failures: readonly FailureGroup[];
  /** The fleet's job of a running run. */
  readonly fleet?: FleetRecord & { readonly status: FleetStatus };
  /** The jobs of an engine that trains in its own compute. */
  readonly jobs: readonly JobRecord[];
}

/** A cancelled run. */
export interface CancelledRun {
  readonly run: string;
  /** Number of chunks that will not start. */
  readonly skipped: number;
  /** Number of chunks that have started and will finish. */
  readonly leased: number;
  /** The job of the fleet that was cancelled with it. */
  readonly job?: string;
}

/** The milliseconds between two reads of `follow`. */
const FOLLOW_MS = 500;

/** The training runs of a workspace. */
export class Runs {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Returns all runs, the newest first. */
  async list(): Promise<ListedRun[]> {
    const { engine } = this.#workspace;
    const records = await engine.catalog.runs();
    return Promise.all(records.map(async (run) => ({ ...run, stalled: await hasStalled(engine, run) })));
  }

  /** Returns a run by its id, or undefined. */
  find(runId: string): Promise<RunRecord | undefined> {
    return this.#workspace.engine.catalog.run(runId);
  }

  /** Returns a run in detail. @throws {ManymodelError} `not-found` if there is no run of that id */
  async get(runId: string): Promise<RunDetails> {
    const { engine } = this.#workspace;
    const run = await knownRun(engine.catalog, runId);
    const failed = run.index?.failed ?? 0;
    const { fleetJob } = await import("../verbs/fleet-run.ts");
    const fleet = run.state === "running" ? await fleetJob(this.#workspace, runId) : undefined;
    return {
      ...run,
      stalled: await hasStalled(engine, run),
      queue: await engine.queue.counts(runId),
      failures: await failureGroups(engine.tables, runId, failed),
      ...(fleet !== undefined && { fleet }),
      jobs: (await engine.jobs?.jobs(runId)) ?? [],
    };
  }

  /** Returns the id of the newest completed run. @throws {ManymodelError} `not-found` if there is none */
  async newest(): Promise<string> {
    const newest = (await this.#workspace.engine.catalog.runs()).find(({ state }) => state === "completed");
    if (newest === undefined) throw new ManymodelError("not-found", "there is no completed run yet: manymodel train");
    return newest.runId;
  }

  /**
   * Yields the progress of a run, wherever it trains, until it ends or stalls.
   *
   * @param options - `signal`: ends the iteration; the run itself continues
   */
  async *follow(runId: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Progress> {
    const { engine } = this.#workspace;
    while (!signal?.aborted) {
      const run = await knownRun(engine.catalog, runId);
      const limits = run.manifest?.limits;
      const began = limits ? await feedingBegan(engine.stage, runId) : undefined;
      const used = began === undefined ? 0 : Date.now() - began;
      yield { ...(await readProgress(engine.queue, runId)), ...(limits && { limits: limitsLeft(limits, used) }) };
      if (run.state === "completed" || run.state === "failed" || (await hasStalled(engine, run))) return;
      await pause(FOLLOW_MS, signal);
    }
  }

  /**
   * Cancels a run: no further chunk starts, and chunks that have started will finish. @throws {ManymodelError}
   * `conflict` unless it is running
   */
  async cancel(runId: string): Promise<CancelledRun> {
    const { engine } = this.#workspace;
    const manifest = await this.#running(runId);
    const record = await fleetRecord(engine.stage, runId);
    if (record !== undefined && manifest !== null) {
      const { cancelOnFleet } = await import("../verbs/fleet-run.ts");
      const ended = await cancelOnFleet(this.#workspace, manifest, record);
      return { run: runId, skipped: ended, leased: 0, job: record.job };
    }
    const skipped = await engine.queue.skip(runId, "cancelled");
    const { leased } = (await engine.queue.counts(runId)).chunks;
    return { run: runId, skipped, leased };
  }

  /**
   * Changes the priority of chunks that have not started. Chunks of higher priority come first; the default is 0.
   *
   * @returns the number of chunks that have the priority now
   * @throws {ManymodelError} `conflict` unless the run is running
   */
  async prioritize(runId: string, chunks: readonly number[], priority: number): Promise<number> {
    await this.#running(runId);
    return this.#workspace.engine.queue.prioritize(runId, chunks, priority);
  }

  async #running(runId: string): Promise<RunManifest | null> {
    const { state, manifest } = await knownRun(this.#workspace.engine.catalog, runId);
    if (state !== "running")
      throw new ManymodelError("conflict", `run ${runId} is ${state}; only a running run can be changed`);
    return manifest;
  }

  /**
   * Continues an unfinished run under its pinned plan, for example after its process was killed, its machine went down,
   * or its work was aborted. Partitions with a committed result are not trained again.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if nothing is left to do
   */
  resume(runId: string, options: ResumeOptions = {}): Work<Run> {
    return startWork(async (onProgress) => {
      const { resume } = await import("../verbs/resume.ts");
      return resume(this.#workspace, runId, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Returns the differences between an unfinished run's plan and a plan made now, one line for each. */
  async changes(runId: string): Promise<string[]> {
    const { changesSince } = await import("../verbs/resume.ts");
    return changesSince(this.#workspace, runId);
  }

  /** Starts a new run in place of an unfinished one, with the current data and configuration. */
  fork(runId: string, options: ResumeOptions = {}): Work<Run> {
    return startWork(async (onProgress) => {
      const { fork } = await import("../verbs/resume.ts");
      return fork(this.#workspace, runId, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Trains the failed and skipped partitions of a completed run again, in a new run. */
  retry(runId: string, options: RetryOptions = {}): Work<Run> {
    return startWork(async (onProgress) => {
      const { retry } = await import("../verbs/retry.ts");
      return retry(this.#workspace, runId, { ...options, onProgress });
    }, options.onProgress);
  }

  /** Builds the index of a run whose chunks have ended, from its committed segments. */
  async index(runId: string): Promise<IndexSummary> {
    const { engine } = this.#workspace;
    const manifest = (await engine.catalog.run(runId))?.manifest;
    if (manifest?.fleet !== undefined) {
      const { commitFleetRun } = await import("../verbs/fleet-run.ts");
      await commitFleetRun(this.#workspace, manifest);
    }
    const { buildIndex } = await import("../../pipeline/build-index.ts");
    return buildIndex(engine, runId, new Date());
  }

  /** Trains a completed run's partitions again, split differently, compares the outcomes, and keeps nothing. */
  async checkDeterminism(runId: string, options: LongCallOptions = {}): Promise<DeterminismCheck> {
    const { checkDeterminism } = await import("../verbs/check-determinism.ts");
    return checkDeterminism(this.#workspace, runId, options);
  }

  /** Reads every artifact of a completed run, and lists missing and altered files. */
  async verify(runId: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Verification> {
    const { verifyRun } = await import("../../pipeline/verify.ts");
    return verifyRun(this.#workspace.engine, runId, signal);
  }

  /** Ranks the partitions of a completed run by a metric, the worst first. */
  async rank(runId: string, options: RankOptions = {}): Promise<Ranking> {
    const { rank } = await import("../../refine/rank.ts");
    return rank(this.#workspace.engine, runId, options);
  }

  /**
   * Compares two completed runs A and B by a metric (A's default when left out), partition by partition and group by
   * group.
   *
   * @param options - the name of the metric, or an object with the metric and groups of partitions
   */
  async compare(runA: string, runB: string, options: string | CompareOptions = {}): Promise<Comparison> {
    const chosen = typeof options === "string" ? { metric: options } : options;
    const { compareRuns } = await import("../../refine/compare.ts");
    return compareRuns(this.#workspace.engine, runA, runB, chosen);
  }

  /** Collects the best partitions of several completed runs as one run that can be registered, without copying models. */
  async champions(spec: ChampionsSpec): Promise<Champions> {
    const { collectChampions } = await import("../../refine/champions.ts");
    return collectChampions(this.#workspace.engine, spec, runContext(this.#workspace.engine));
  }

  /** Deletes a run with its artifacts. @throws {ManymodelError} `conflict` while a version or a collection uses it */
  delete(runId: string): Promise<void> {
    return this.#workspace.models.removeRun(runId);
  }
}
