import type { SegmentInfo } from "../core/artifact.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { startCrew } from "../crew/crew.ts";
import { runJobs } from "../crew/run-jobs.ts";
import { type QueueWorkers, runQueue } from "../crew/run-queue.ts";
import { workQueue } from "../crew/work-queue.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import { LEASE_MS, type OnProgress, type Progress, readProgress } from "../runs/progress.ts";
import { resumable } from "../runs/resumable.ts";
import type { RunContext } from "../runs/run-context.ts";
import { jsonChecksum } from "../stages/checksum.ts";
import { buildIndex } from "./build-index.ts";
import { planRun, type RunSpec } from "./plan-run.ts";

/** The context of training: in queue mode, also which workers take part. */
export interface TrainContext extends RunContext {
  readonly queue?: Omit<QueueWorkers, "count">;
}

/** Returns a run from plan to index: what `train` and `dopar` do. */
export async function train(
  engine: Engine,
  spec: RunSpec,
  context: TrainContext,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  // The first worker starts while the rows are pinned.
  if (trainsHere(engine, spec, context)) context.workers.prepare?.(context.entry);
  const manifest = await planRun(engine, spec, context);
  await workOnRun(engine, manifest, spec.workers, context);
  return { manifest, index: await buildIndex(engine, manifest.runId, context.now()) };
}

/** Tells whether workers of this process train a run, rather than jobs or persistent workers. */
function trainsHere({ jobs }: Engine, { mode }: RunSpec, { queue }: TrainContext): boolean {
  return mode === "local" || (jobs === undefined && !(mode === "queue" && queue?.type === "persistent"));
}

/** Works on a planned run until every chunk has ended. */
export async function workOnRun(
  engine: Engine,
  manifest: RunManifest,
  count: number,
  { queue = { type: "ephemeral", preWarm: true }, ...context }: TrainContext,
): Promise<void> {
  const { runId, mode, maxFailed } = manifest;
  const watch: OnProgress = (progress) => {
    context.onProgress(progress);
    // A run that is stopped once is stopped; a write that fails here is tried again with the next progress.
    if (maxFailed !== null && progress.failed > maxFailed)
      engine.queue.skip(runId, "too-many-failures").catch(() => {});
  };
  const watched = { ...context, onProgress: watch };
  const work = async () => {
    const start = await readProgress(engine.queue, runId);
    watch(start);
    if (engine.jobs !== undefined && mode !== "local")
      await runJobs(engine, engine.jobs, manifest, queue.preWarm, watched);
    else if (mode === "queue") await runQueue(engine, manifest, { ...queue, count }, watched);
    else await runTasks(engine, manifest, count, start, watched);
  };
  await during({ phase: "train", run: runId }, () => resumable(runId, work));
}

/** Has this process's workers train every chunk. */
async function runTasks(
  { queue }: Engine,
  manifest: RunManifest,
  count: number,
  start: Progress,
  { entry, workers, onProgress, ...stop }: RunContext,
): Promise<void> {
  const { runId, chunks, maxAttempts, fitTimeoutMs } = manifest;
  const { leaseMs = LEASE_MS } = workers;
  const manifestSha256 = jsonChecksum(manifest);
  const progress = { ...start };
  const onChunk = (segment: SegmentInfo) => {
    progress.done += segment.rows;
    progress.failed += segment.failed;
    onProgress({ ...progress });
  };
  const done = () => progress.done / progress.total;
  const crew = await startCrew({ workers, entry, ...stop }, Math.min(count, chunks), { done });
  try {
    await crew.run((member, signal) =>
      workQueue(queue, runId, member, { manifestSha256, maxAttempts, fitTimeoutMs, leaseMs, onChunk, signal }),
    );
  } finally {
    await crew.close();
  }
}
