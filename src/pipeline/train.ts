import type { SegmentInfo } from "../core/artifact.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { startCrew } from "../crew/crew.ts";
import { runJobs } from "../crew/run-jobs.ts";
import { type QueueWorkers, runQueue } from "../crew/run-queue.ts";
import { workQueue } from "../crew/work-queue.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { WorkerEntry, Workers } from "../ports/workers.ts";
import { LEASE_MS, type OnProgress, type Progress, readProgress } from "../runs/progress.ts";
import { resumable } from "../runs/resumable.ts";
import { jsonChecksum } from "../stages/checksum.ts";
import { buildIndex } from "./build-index.ts";
import { planRun, type RunSpec } from "./plan-run.ts";

/** In `local` mode a body holds up the thread that would renew the lease, for as long as somebody looks at a breakpoint. */
const LOCAL_LEASE_MS = 7 * 24 * 3_600_000;

/** Who trains: how workers are started, and for queue mode which of them take part. */
export interface Trainers {
  readonly entry: WorkerEntry;
  readonly workers: Workers;
  readonly queue?: Omit<QueueWorkers, "count">;
}

/** A run from plan to index: what `train` and `dopar` do. */
export async function train(
  engine: Engine,
  spec: RunSpec,
  trainers: Trainers,
  packageVersion: string,
  onProgress: OnProgress = () => {},
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const manifest = await planRun(engine, spec, new Date(), packageVersion);
  await workOnRun(engine, manifest, trainers, spec.workers, onProgress);
  return { manifest, index: await buildIndex(engine, manifest.runId, new Date()) };
}

/** Works on a planned run until every chunk has ended. */
export async function workOnRun(
  engine: Engine,
  manifest: RunManifest,
  { entry, workers, queue = { type: "ephemeral", preWarm: true } }: Trainers,
  count: number,
  onProgress: OnProgress,
): Promise<void> {
  const { runId, mode, maxFailed } = manifest;
  const watch: OnProgress = (progress) => {
    onProgress(progress);
    // A run that is stopped once is stopped; a write that fails here is tried again with the next progress.
    if (maxFailed !== null && progress.failed > maxFailed)
      engine.queue.skip(runId, "too-many-failures").catch(() => {});
  };
  const work = async () => {
    const begun = await readProgress(engine.queue, runId);
    watch(begun);
    if (engine.jobs !== undefined && mode !== "local")
      await runJobs(engine, engine.jobs, manifest, queue.preWarm, entry, watch);
    else if (mode === "queue") await runQueue(engine, manifest, { ...queue, count }, entry, workers, watch);
    else await runTasks(engine, manifest, count, entry, workers, begun, watch);
  };
  await during({ phase: "train", run: runId }, () => resumable(runId, work));
}

/** Has this process's workers train every chunk. */
async function runTasks(
  { queue }: Engine,
  manifest: RunManifest,
  count: number,
  entry: WorkerEntry,
  workers: Workers,
  begun: Progress,
  onProgress: OnProgress,
): Promise<void> {
  const { runId, mode, chunks, maxAttempts, fitTimeoutMs } = manifest;
  const manifestSha256 = jsonChecksum(manifest);
  const progress = { ...begun };
  const onChunk = (segment: SegmentInfo) => {
    progress.done += segment.rows;
    progress.failed += segment.failed;
    onProgress({ ...progress });
  };
  const crew = await startCrew(workers, entry, Math.min(count, chunks));
  try {
    const leaseMs = mode === "local" ? LOCAL_LEASE_MS : LEASE_MS;
    await crew.run((member, signal) =>
      workQueue(queue, runId, member, { manifestSha256, maxAttempts, fitTimeoutMs, leaseMs, onChunk, signal }),
    );
  } finally {
    await crew.close();
  }
}
