import type { RunRecord } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import type { ChunkRecord } from "../ports/queue.ts";
import { leaseHolders } from "./lease-holders.ts";

/**
 * Tells whether a run has stalled: it is running, but everybody who held its chunks is known to be gone, and no worker
 * on the roster may take its place. The answer is read off the queue and the roster, and stored nowhere. A worker is
 * known to be gone when its process has ended on this machine or, in queue mode, when it is not on the roster any more.
 * A run whose workers may live elsewhere is not called stalled.
 *
 * @param chunks - the run's chunks, where they were read already
 */
export async function hasStalled(
  { queue, roster, workers }: Pick<Engine, "queue" | "roster" | "workers">,
  { runId, state, manifest }: RunRecord,
  chunks?: readonly ChunkRecord[],
): Promise<boolean> {
  if (state !== "running" || manifest === null) return false;
  const holders = leaseHolders(chunks ?? (await queue.chunks(runId)));
  if (holders.length === 0) return false;
  const alive = await roster.alive();
  if (alive.some(({ name, run }) => (run === runId || run === null) && !workers.isGone(name))) return false;
  return holders.every((name) => workers.isGone(name) || manifest.mode === "queue");
}

/** Says in one sentence for what a run that is not completed waits. */
export async function whatToAwait(
  engine: Pick<Engine, "queue" | "roster" | "workers">,
  run: RunRecord,
): Promise<string> {
  const { runId, state } = run;
  if (state === "failed") return `run ${runId} is failed; train again`;
  return (await hasStalled(engine, run))
    ? `run ${runId} has stalled: no worker is left on it; manymodel resume ${runId}`
    : `run ${runId} is ${state}; wait until it is completed`;
}
