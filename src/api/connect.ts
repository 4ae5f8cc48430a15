import type { Advice } from "../advise/advice.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { collectGarbage, findGarbage, type Garbage } from "../pipeline/garbage.ts";
import { resumeRun, unfinishedRun } from "../pipeline/resume.ts";
import { type Verification, verifyRun } from "../pipeline/verify.ts";
import { during } from "../ports/activity.ts";
import type { ReconcileSummary } from "../reconcile/reconcile-tables.ts";
import { type Champions, type ChampionsSpec, collectChampions } from "../refine/champions.ts";
import { type Comparison, compareRuns } from "../refine/compare.ts";
import { type Ranking, type RankOptions, rank } from "../refine/rank.ts";
import type { DoparOptions } from "./dopar-options.ts";
import { engineAddress } from "./engine-address.ts";
import { resumeOnFleet } from "./fleet-run.ts";
import { createLoop, type Loop, type Run } from "./loop.ts";
import type { Monitored, MonitorOptions } from "./monitor.ts";
import { openEngine } from "./open-engine.ts";
import { openFleet } from "./open-fleet.ts";
import type { ReconcileTablesOptions } from "./reconcile.ts";
import type { RefinedRun, RefineOptions } from "./refine.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { runContext } from "./run-context.ts";
import { trainContext } from "./run-spec.ts";
import { type Keys, type LoopQuery, Workspace } from "./workspace.ts";

/** How to go on with a run. */
export type ResumeOptions = Pick<DoparOptions, "workers" | "workerType" | "preWarm" | "onProgress">;

/** What to look at for advice. Everything left out comes from the configuration. */
export interface AdviceOptions {
  readonly dataQuery?: LoopQuery;
  readonly target?: string;
  /** Observations per season; 1: look for it. */
  readonly period?: number;
  readonly horizon?: number;
  /** How many partitions to look at; default 100. */
  readonly sample?: number;
  readonly seed?: number;
}

/**
 * An open workspace: the loop, and what is done with its runs. What needs the forecasting methods is loaded when it is
 * first asked for: most commands do without.
 */
export class ManyModel extends Workspace {
  /**
   * Starts a loop: `mm.foreach({ unit_id: await mm.keys() }).dopar(…)`. The name given is the name under which the
   * body receives its key.
   */
  foreach(iteration: { readonly [variable: string]: Keys }): Loop {
    const entries = Object.entries(iteration);
    if (entries.length !== 1)
      throw new ManymodelError(
        "usage",
        `foreach takes one loop variable, it got ${entries.length}; for composite keys loop over objects such as { STORE_ID, SKU_ID }`,
      );
    const [keyArg, keys] = entries[0]!;
    if (!Array.isArray(keys) || keys.length === 0)
      throw new ManymodelError("usage", `${keyArg} must be a list of at least one key; it is ${show(keys)}`);
    return createLoop(this, keyArg, keys);
  }

  /** Trains every partition of the source, without listing the keys first: the loop for millions of them. */
  foreachPartition(keyArg: string): Loop {
    return createLoop(this, keyArg, undefined);
  }

  /**
   * Goes on with a run that was left unfinished (its process was killed, the machine went down), under its pinned plan:
   * partitions with a committed result are not done again.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if there is nothing to go on with
   */
  async resume(runId: string, options: ResumeOptions = {}): Promise<Run> {
    const { manifest } = await unfinishedRun(this.engine, runId);
    const { mode, fleet } = manifest;
    // A collection that was left unfinished has nothing to train.
    if (mode === "champions" || mode === "patch" || mode === "changed")
      throw new ManymodelError("conflict", `run ${runId} only collects models of others; make it again`);
    const { context, count } = await trainContext(this, mode, options);
    const resumed =
      fleet === undefined
        ? await resumeRun(this.engine, runId, count, context)
        : await resumeOnFleet(this, await openFleet(this, fleet), runId, context);
    return { runId, ...resumed };
  }

  /**
   * The run to compare with when only what has changed is to be trained: the one given, by its id or as a version or alias
   * of a model; the newest version's when left out, or null if there is none.
   *
   * @throws {ManymodelError} `not-found` if there is no such run or version
   */
  async earlierRun(model: string, named?: string): Promise<string | null> {
    if (named === undefined) return (await this.registry.getModelVersion(model))?.runId ?? null;
    if ((await this.engine.catalog.run(named)) !== undefined) return named;
    return (await this.registry.knownModelVersion(model, named)).runId;
  }

  /** Trains those partitions of a completed run again that failed or were skipped, in a run of its own. */
  retry(runId: string, options: RetryOptions = {}): Promise<Run> {
    return retry(this, runId, options);
  }

  /** Reads every artifact of a completed run, and says what is missing or was altered. */
  verify(runId: string): Promise<Verification> {
    return verifyRun(this.engine, runId);
  }

  /**
   * Finds what no run in progress, version or alias needs any more.
   *
   * @param options.olderThan - snapshots and parts of tables younger than this stay (`"24h"`, the default, or seconds)
   * @param options.delete - also delete it
   */
  garbage(options: { olderThan?: string | number; delete?: boolean } = {}): Promise<Garbage[]> {
    return during({ phase: "clean" }, async () => {
      const found = await findGarbage(this.engine, parseDuration("olderThan", options.olderThan ?? "24h"));
      if (options.delete) await collectGarbage(this.engine, found);
      return found;
    });
  }

  /** Ranks the partitions of a completed run by a metric of which less is better, the worst first. */
  rank(runId: string, options: RankOptions): Promise<Ranking> {
    return rank(this.engine, runId, options);
  }

  /** Has a contest for each of the worst partitions of a completed run, in queue mode, the worst first. */
  async refine(options: RefineOptions): Promise<RefinedRun> {
    const { refine } = await import("./refine.ts");
    return refine(this, options);
  }

  /** Compares two completed runs by a metric, partition by partition. */
  compare(runA: string, runB: string, metric: string): Promise<Comparison> {
    return compareRuns(this.engine, runA, runB, metric);
  }

  /** Collects the best partitions of several completed runs as one that can be registered, without copying models. */
  champions(spec: ChampionsSpec): Promise<Champions> {
    return collectChampions(this.engine, spec, runContext(this.engine));
  }

  /** Makes forecasts of several levels of a hierarchy add up, into a table of their own. */
  async reconcile(options: ReconcileTablesOptions = {}): Promise<ReconcileSummary> {
    const { reconcileForecasts } = await import("./reconcile.ts");
    return reconcileForecasts(this, options);
  }

  /** Holds forecasts against the observations that have come since, and says which partitions drift. */
  async monitor(options: MonitorOptions = {}): Promise<Monitored> {
    const { monitor } = await import("./monitor.ts");
    return monitor(this, options);
  }

  /** Says, from a sample of the source, whether one model per partition or one for all is right, and why. */
  async advise(options: AdviceOptions = {}): Promise<Advice> {
    const { source, train } = this.config;
    const { advise } = await import("../advise/advise.ts");
    return advise(this.engine, {
      query: this.dataQuery(options.dataQuery),
      target: options.target ?? source?.target ?? "Y",
      period: options.period ?? source?.period ?? 1,
      horizon: options.horizon ?? train.horizon,
      sample: options.sample ?? 100,
      seed: options.seed ?? train.seed,
      workers: this.engine.workers.parallelism,
    });
  }
}

/**
 * Opens a workspace by its configuration file, or by a configuration given as an object.
 *
 * @throws {ManymodelError} `config` naming file, line, key and what was expected
 */
export async function connect(config: string | LoadedConfig = "manymodel.yaml"): Promise<ManyModel> {
  const loaded = typeof config === "string" ? await loadConfig(config) : config;
  return new ManyModel(loaded, await openEngine(engineAddress(loaded)));
}
