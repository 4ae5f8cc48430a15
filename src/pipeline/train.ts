import type { SegmentInfo } from "../core/artifact.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import type { WorkerEntry, Workers } from "../ports/workers.ts";
import { buildIndex } from "./build-index.ts";
import { startCrew } from "./crew.ts";
import { planRun, type RunSpec } from "./plan-run.ts";
import { workQueue } from "./work-queue.ts";

/** How far a piece of work has come, in partitions. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

export type OnProgress = (progress: Progress) => void;

/** How long a worker may be silent before its chunk is given to another. */
const LEASE_MS = 60_000;
/** In `local` mode a body holds up the thread that would renew the lease, for as long as somebody looks at a breakpoint. */
const LOCAL_LEASE_MS = 7 * 24 * 3_600_000;
const POLL_MS = 200;

/** A run from plan to index: what `train` and `dopar` do. */
export async function train(
  engine: Engine,
  spec: RunSpec,
  entry: WorkerEntry,
  workers: Workers,
  packageVersion: string,
  onProgress: OnProgress = () => {},
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const manifest = await planRun(engine, spec, new Date(), packageVersion);
  const { runId, partitions, maxAttempts } = manifest;
  const progress = { total: partitions, done: 0, failed: 0 };
  onProgress({ ...progress });
  const onChunk = (segment: SegmentInfo) => {
    progress.done += segment.rows;
    progress.failed += segment.failed;
    onProgress({ ...progress });
  };
  const crew = await startCrew(workers, entry, Math.min(spec.workers, manifest.chunks));
  try {
    const leaseMs = spec.mode === "local" ? LOCAL_LEASE_MS : LEASE_MS;
    const options = { maxAttempts, leaseMs, pollMs: POLL_MS, onChunk };
    await crew.run((member, signal) => workQueue(engine.queue, runId, member, { ...options, signal }));
  } finally {
    await crew.close();
  }
  return { manifest, index: await buildIndex(engine, runId, new Date()) };
}
