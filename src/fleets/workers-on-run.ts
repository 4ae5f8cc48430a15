import { ManymodelError } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import { runQueue } from "../crew/run-queue.ts";
import type { TrainContext } from "../pipeline/train.ts";
import type { Engine } from "../ports/engine.ts";
import type { Fleet, FleetJob } from "../ports/fleet.ts";
import { type OnProgress, readProgress } from "../runs/progress.ts";
import { pause } from "../stages/pause.ts";
import { noteFleet } from "./launch.ts";

/** Workers of a fleet that serve one run. */
export interface FleetWorkers {
  readonly fleet: Fleet;
  readonly job: FleetJob;
  /** Milliseconds between two looks at them. */
  readonly pollMs: number;
}

/**
 * Has workers of a fleet, which claim the chunks themselves, work on a run until every chunk has ended; in queue mode
 * they are fed from here.
 *
 * @throws {ManymodelError} `conflict` if they have all ended before
 */
export async function workersOnRun(
  engine: Engine,
  manifest: RunManifest,
  { fleet, job, pollMs }: FleetWorkers,
  { queue: { preWarm } = { type: "persistent", preWarm: true }, ...context }: TrainContext,
): Promise<void> {
  const { queue, stage } = engine;
  const { runId, mode, maxFailed } = manifest;
  const id = await fleet.launch(job);
  await noteFleet(stage, runId, { launcher: fleet.launcher, job: id, launch: null, finalizer: null });
  const stop = new AbortController();
  const watch: OnProgress = (progress) => {
    context.onProgress(progress);
    if (maxFailed !== null && progress.failed > maxFailed) queue.skip(runId, "too-many-failures").catch(() => {});
  };
  /** Looks after the workers until every chunk has ended. */
  const attend = async () => {
    while (!(await queue.ended(runId))) {
      const { waiting, running, reason } = await fleet.status(id);
      if (waiting + running === 0 && !(await queue.ended(runId))) {
        const line = (await fleet.logs(runId, id)).split("\n")[0];
        throw new ManymodelError(
          "conflict",
          `the workers of job ${id} have all ended${reason === "" ? "" : ` (${reason})`}, but run ${runId} has not: ${line}; fix that, then: manymodel resume ${runId}`,
        );
      }
      // In queue mode whoever feeds says how far it is.
      if (mode !== "queue") watch(await readProgress(queue, runId));
      await pause(pollMs, context.signal);
      context.signal?.throwIfAborted();
    }
  };
  try {
    const { count } = job;
    const feeding =
      mode === "queue"
        ? runQueue(
            engine,
            manifest,
            { type: "persistent", preWarm, count, signal: stop.signal },
            { ...context, onProgress: watch },
          )
        : undefined;
    await Promise.all([feeding, attend()]);
  } finally {
    stop.abort();
    await fleet.cancel(id);
    await noteFleet(stage, runId, null);
  }
  watch(await readProgress(queue, runId));
}
