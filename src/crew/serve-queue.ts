import type { SegmentInfo } from "../core/artifact.ts";
import type { RunManifest } from "../core/run.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { WorkerEntry, Workers } from "../ports/workers.ts";
import { LEASE_MS } from "../runs/progress.ts";
import { jsonChecksum } from "../stages/checksum.ts";
import { pause } from "../stages/pause.ts";
import { attend } from "./attendance.ts";
import { startCrew } from "./crew.ts";
import { workOne } from "./work-queue.ts";

/** Options of a worker process that serves. */
export interface ServeOptions {
  readonly count: number;
  /** The run to work for, until it has ended; any run, until told to stop, when null. */
  readonly run: string | null;
  readonly onChunk?: (run: string, segment: SegmentInfo) => void;
  /** Aborting it finishes the chunk that has started, and claims no further one. */
  readonly signal: AbortSignal;
}

/** The milliseconds that a worker waits after it finds nothing to do. */
const IDLE_MS = 250;

/** Works on the chunks of whatever runs the workspace has, the oldest run first, in workers of this process. */
export function serveQueue(engine: Engine, workers: Workers, entry: WorkerEntry, options: ServeOptions): Promise<void> {
  const { run } = options;
  return during({ phase: "train", ...(run !== null && { run }) }, () => serve(engine, workers, entry, options));
}

async function serve(
  engine: Engine,
  workers: Workers,
  entry: WorkerEntry,
  { count, run, onChunk, signal }: ServeOptions,
): Promise<void> {
  const { queue, roster } = engine;
  const crew = await startCrew({ workers, entry }, count);
  // Threads that work for one run read its manifest once: a run goes on as long as one of its chunks is open.
  let only: Promise<OpenRun[]> | undefined;
  const look = () => {
    if (run === null) return openRuns(engine, null);
    only ??= openRuns(engine, run);
    return only;
  };
  try {
    await crew.run(async (member, closed) => {
      const attendance = await attend(roster, member.name, run);
      const stop = AbortSignal.any([signal, closed, attendance.stop]);
      try {
        while (!stop.aborted) {
          const open = await look();
          if (run !== null && open.length === 0) return;
          let worked = false;
          for (const { runId, maxAttempts, fitTimeoutMs, manifestSha256 } of open) {
            const take = (segment: SegmentInfo) => onChunk?.(runId, segment);
            worked = await workOne(queue, runId, member, {
              manifestSha256,
              maxAttempts,
              fitTimeoutMs,
              leaseMs: workers.leaseMs ?? queue.leaseMs ?? LEASE_MS,
              onChunk: take,
              signal: stop,
            });
            if (worked) break;
          }
          if (worked) continue;
          // Whoever works for one run has nothing to wait for once its chunks have ended, though it is not completed yet.
          if (run !== null && (await queue.ended(run))) return;
          await (queue.awaitWork?.(run, stop) ?? pause(IDLE_MS, stop));
        }
      } finally {
        await attendance.leave();
      }
    });
  } finally {
    await crew.close();
  }
}

type OpenRun = RunManifest & { readonly manifestSha256: string };

/** Returns the runs that may have something to do, the oldest first. */
async function openRuns({ catalog }: Engine, only: string | null): Promise<OpenRun[]> {
  const runs = only === null ? await catalog.runs("running") : [await catalog.run(only)];
  return runs.reverse().flatMap((run) => {
    const { state, manifest } = run ?? {};
    return state === "running" && manifest && manifest.mode !== "local"
      ? [{ ...manifest, manifestSha256: jsonChecksum(manifest) }]
      : [];
  });
}
