import { ManymodelError } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import type { Jobs } from "../ports/jobs.ts";
import { leaseHolders } from "../runs/lease-holders.ts";
import { readProgress } from "../runs/progress.ts";
import type { RunContext } from "../runs/run-context.ts";
import { pause } from "../stages/pause.ts";
import { runQueue } from "./run-queue.ts";

/** The number of times a run's workers are started before the run is given up. */
const MAX_LAUNCHES = 3;
const POLL_MS = 1000;

/**
 * Has a run trained by workers in the engine's own compute, until every chunk has ended. Workers that ended before the
 * chunks did are started again. In queue mode this process feeds them.
 *
 * @throws {ManymodelError} `conflict` if workers end again and again before the chunks have; the run can be resumed
 */
export async function runJobs(
  engine: Engine,
  jobs: Jobs,
  manifest: RunManifest,
  preWarm: boolean,
  { entry, onProgress, signal }: Pick<RunContext, "entry" | "onProgress" | "signal">,
): Promise<void> {
  const { runId, mode } = manifest;
  const over = new AbortController();
  const ending = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const workers = { type: "persistent", count: jobs.replicas, preWarm, signal: ending } as const;
  const watching = watchJobs(engine, jobs, manifest, { onProgress, ...(signal && { signal }) });
  const context = { entry, workers: engine.workers, onProgress };
  const feeding = mode === "queue" ? runQueue(engine, manifest, workers, context) : undefined;
  try {
    await Promise.all([watching, feeding]);
    onProgress(await readProgress(engine.queue, runId));
  } finally {
    over.abort();
    await feeding?.catch(() => {});
  }
  await engine.objects?.remove(await engine.objects.list(runId));
}

/** Launches workers as often as is needed, and resolves when every chunk has ended and so have they. */
async function watchJobs(
  { queue }: Engine,
  jobs: Jobs,
  { runId, mode, maxFailed }: RunManifest,
  { onProgress, signal }: Pick<RunContext, "onProgress" | "signal">,
): Promise<void> {
  // A run that too many failures stop is looked at all the time.
  const progressMs = maxFailed === null ? (jobs.progressMs ?? 0) : 0;
  for (let launch = 1; launch <= MAX_LAUNCHES; launch++) {
    // Workers of a process that has ended may have done everything.
    if (await queue.ended(runId)) return;
    await jobs.launch(runId, mode as "tasks" | "queue", launch);
    let shownAt = -Infinity;
    for (;;) {
      const areWorking = mode === "tasks" && (await jobs.areWorking?.(runId)) === true;
      const newest = areWorking ? undefined : (await jobs.jobs(runId)).at(-1);
      if (!areWorking && newest?.state !== "running") {
        if (await queue.ended(runId)) return;
        await freeLeases(queue, runId);
        break;
      }
      // In queue mode whoever feeds says how far it is.
      if (mode !== "queue" && Date.now() - shownAt >= progressMs) {
        onProgress(await readProgress(queue, runId));
        shownAt = Date.now();
      }
      await pause(POLL_MS, signal);
      signal?.throwIfAborted();
    }
  }
  const last = (await jobs.jobs(runId)).at(-1);
  throw new ManymodelError(
    "conflict",
    `the workers of run ${runId} ended ${MAX_LAUNCHES} times before its chunks did (${last?.details[0] ?? "no reason is known"}); see "manymodel status ${runId}", then: manymodel resume ${runId}`,
  );
}

/** Frees what the workers of a job that is over have left: nobody waits until their leases lapse. */
async function freeLeases(queue: Engine["queue"], runId: string): Promise<void> {
  const holders = leaseHolders(await queue.chunks(runId));
  if (holders.length > 0) await queue.release(runId, holders);
}
