import { ManymodelError } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { Fleet, FleetJob, FleetStatus } from "../ports/fleet.ts";
import { type OnProgress, readProgress } from "../runs/progress.ts";
import { jsonChecksum } from "../stages/checksum.ts";
import { putJson } from "../stages/json.ts";
import { pause } from "../stages/pause.ts";
import { type Committer, commitAttempts, failAttempts } from "./commit-attempts.ts";
import { type FleetRecord, fleetRecord, type Launch, noteFleet } from "./launch.ts";

/** Options of handing a run's chunks to a fleet. */
export interface DispatchOptions {
  /** The name of the committer. */
  readonly committer: string;
  /** Chunks that one task trains one after another. */
  readonly chunksPerTask: number;
  /** Arguments of `manymodel` for a task of a launch. */
  readonly taskArgs: (launch: string) => readonly string[];
  /** Those of a job that ends the run after the tasks, where the fleet's machines can open the catalog. */
  readonly finalizerArgs?: readonly string[];
  readonly pollMs: number;
  /** A name that no other launch has. */
  readonly newName: () => string;
}

/** The milliseconds until a file that a task has written is visible here, on a shared file system. */
const SETTLE_MS = 10_000;

/** Hands the chunks of a run that have not ended to a fleet, as one job of tasks. */
export async function launchChunks(
  { stage, queue }: Engine,
  manifest: RunManifest,
  fleet: Fleet,
  options: DispatchOptions,
): Promise<FleetRecord> {
  const { runId } = manifest;
  const all = await queue.chunks(runId);
  const chunks = all.filter(({ state }) => state === "waiting" || state === "available").map(({ chunk }) => chunk);
  const launch = options.newName();
  const listed: Launch = { manifestSha256: jsonChecksum(manifest), chunks, perTask: options.chunksPerTask };
  await putJson(stage, stagePath.launch(runId, launch), listed);
  const job = await fleet.launch(tasksJob(runId, listed, launch, options));
  const finalizer =
    options.finalizerArgs === undefined
      ? null
      : await fleet.launch({ name: runId, kind: "workers", count: 1, args: options.finalizerArgs, after: job });
  const record = { launcher: fleet.launcher, job, launch, finalizer };
  await noteFleet(stage, runId, record);
  return record;
}

/** Returns the job of a launch's tasks. */
export function tasksJob(
  runId: string,
  { chunks, perTask }: Pick<Launch, "chunks" | "perTask">,
  launch: string,
  { taskArgs }: Pick<DispatchOptions, "taskArgs">,
): FleetJob {
  return { name: runId, kind: "tasks", count: Math.ceil(chunks.length / perTask), args: taskArgs(launch) };
}

/**
 * Has a fleet train a run's chunks, and commits what it leaves on the stage, until every chunk has ended. Goes on with
 * the job that works on the run already, if one does. A chunk whose task ended without a result, or was cancelled while
 * others went on, is handed over again, as often as the run allows.
 *
 * @throws {ManymodelError} `conflict` if the whole job was cancelled by somebody else
 */
export async function dispatchRun(
  engine: Engine,
  manifest: RunManifest,
  fleet: Fleet,
  options: DispatchOptions,
  onProgress: OnProgress,
): Promise<void> {
  const { runId, maxAttempts, maxFailed } = manifest;
  const { queue, stage } = engine;
  const committer: Committer = { name: options.committer, maxAttempts };
  for (;;) {
    let record = await fleetRecord(stage, runId);
    if (record === undefined) {
      const { open } = await commitAttempts(engine, runId, committer);
      if (open.length === 0) return;
      if (open.every(({ state }) => state === "leased")) {
        await pause(options.pollMs);
        continue;
      }
      record = await launchChunks(engine, manifest, fleet, options);
    }
    const { job } = record;
    let status: FleetStatus;
    let missing: Awaited<ReturnType<typeof commitAttempts>>;
    let endedAt: number | undefined;
    // How many tasks had succeeded when the first was seen cancelled while others went on.
    let succeededBefore = Infinity;
    for (;;) {
      status = await fleet.status(job);
      const ended = status.waiting + status.running === 0;
      if (status.cancelled > 0 && !ended) succeededBefore = Math.min(succeededBefore, status.succeeded);
      if (ended) endedAt ??= performance.now();
      missing = await commitAttempts(engine, runId, committer);
      const progress = await readProgress(queue, runId);
      onProgress(progress);
      if (maxFailed !== null && progress.failed > maxFailed) await endRun(engine, runId, "too-many-failures");
      if (await queue.ended(runId)) {
        // What runs still has written what it had to; what waits has nothing to do any more.
        if (status.waiting > 0) await fleet.cancel(job);
        return;
      }
      const explained = status.cancelled > 0 || missing.open.length <= status.failed * options.chunksPerTask;
      const settled = explained || performance.now() - (endedAt ?? Infinity) > SETTLE_MS;
      if (ended && settled) break;
      await pause(ended ? Math.min(options.pollMs, 1000) : options.pollMs);
    }
    await noteFleet(stage, runId, null);
    // A job that goes on succeeding was not cancelled as a whole: single tasks of it were.
    if (status.cancelled > 0 && status.succeeded <= succeededBefore)
      throw new ManymodelError(
        "conflict",
        `job ${job} of run ${runId} was cancelled; manymodel resume ${runId} continues it, manymodel cancel ${runId} ends it`,
      );
    const logs = await fleet.logs(runId, job);
    const why = `its task of job ${job} ended without a result${status.reason === "" ? "" : ` (${status.reason})`}${logs === "" ? "" : `; ${logs.split("\n")[0]}`}`;
    const chunks = missing.open.map(({ chunk }) => chunk);
    await failAttempts(engine, runId, { chunks, left: missing.left }, why, committer);
  }
}

/** Ends what has not ended of a run: what was never tried is skipped, what was to be tried again has failed. */
export async function endRun(
  { queue }: Engine,
  runId: string,
  reason: "cancelled" | "too-many-failures",
): Promise<number> {
  const skipped = await queue.skip(runId, reason);
  return skipped + (await queue.abandon(runId, reason));
}
