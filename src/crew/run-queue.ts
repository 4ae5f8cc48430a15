import type { SegmentInfo } from "../core/artifact.ts";
import { checkCount, type RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import { LEASE_MS, readProgress } from "../runs/progress.ts";
import type { RunContext } from "../runs/run-context.ts";
import { type Feeding, limitsLeft } from "../runs/time-left.ts";
import { jsonChecksum } from "../stages/checksum.ts";
import { putJson } from "../stages/json.ts";
import { pause } from "../stages/pause.ts";
import { attend } from "./attendance.ts";
import { type Member, startCrew } from "./crew.ts";
import { feedQueue } from "./feeder.ts";
import { workQueue } from "./work-queue.ts";

/** The workers of a run in queue mode. */
export interface QueueWorkers {
  /** `ephemeral`: started for this run and ended with it. `persistent`: those that serve the workspace already. */
  readonly type: "ephemeral" | "persistent";
  /** The number of workers to start, or to expect. */
  readonly count: number;
  /** True if nothing is fed before all of them are ready. */
  readonly preWarm: boolean;
  /** Aborting it stops the feeding and leaves the run as it is. */
  readonly signal?: AbortSignal;
}

const PROGRESS_MS = 500;

/**
 * Works on a run in queue mode until every chunk has ended: feeds the chunks, has this process's workers take part, and
 * ends what the run's limits say. Workers may join and leave meanwhile.
 */
export async function runQueue(
  engine: Engine,
  manifest: RunManifest,
  { type, count, preWarm, signal }: QueueWorkers,
  { onProgress, ...context }: Pick<RunContext, "entry" | "workers" | "signal" | "onProgress">,
): Promise<void> {
  checkCount("n_workers", count);
  const { runId, limits, maxAttempts, fitTimeoutMs, chunks } = manifest;
  const manifestSha256 = jsonChecksum(manifest);
  const { queue, roster, stage } = engine;
  const serving = async () =>
    (await roster.alive()).filter(({ run, stopping }) => !stopping && (run === null || run === runId)).length;
  let began: number | undefined;
  const used = () => (began === undefined ? 0 : performance.now() - began);
  const watch = () =>
    void readProgress(queue, runId).then(
      (progress) => onProgress({ ...progress, ...(limits && { limits: limitsLeft(limits, used()) }) }),
      () => {},
    );
  // A failure counts at once: it may be the one too many.
  const onChunk = ({ failed }: SegmentInfo) => (failed > 0 ? watch() : undefined);
  const stop = new AbortController();
  for (const one of [signal, context.signal]) one?.addEventListener("abort", () => stop.abort());
  const members: Member[] = [];
  const { leaseMs = LEASE_MS } = context.workers;
  const crew = type === "ephemeral" ? await startCrew(context, Math.min(count, chunks)) : undefined;
  try {
    // Of a run that is gone on with, nothing may be left to do: then nobody stays to be waited for.
    while (type === "persistent" && preWarm && !stop.signal.aborted && (await serving()) < count) {
      if (await queue.ended(runId)) break;
      await pause(PROGRESS_MS, stop.signal);
    }
    const feeding = feedQueue(queue, runId, {
      timeBudgetMs: limits?.timeBudgetMs ?? null,
      hardDeadlineMs: limits?.hardDeadlineMs ?? null,
      workers: async () => Math.max(1, await serving()),
      clock: () => performance.now(),
      onBegin: async () => {
        began = performance.now();
        const feeding: Feeding = { beganAt: new Date().toISOString() };
        // Without it nothing but a gauge is lost.
        await putJson(stage, stagePath.feeding(runId), feeding).catch(() => {});
      },
      onDeadline: async () => {
        await Promise.all(members.map((member) => member.interrupt()));
      },
      signal: stop.signal,
    });
    const working = crew?.run(async (member, signal) => {
      members.push(member);
      const attendance = await attend(roster, member.name, runId);
      const either = AbortSignal.any([signal, attendance.stop]);
      const options = { manifestSha256, maxAttempts, fitTimeoutMs, leaseMs, signal: either, onChunk };
      await workQueue(queue, runId, member, options).finally(attendance.leave);
    });
    const watching = setInterval(watch, PROGRESS_MS);
    await Promise.all([feeding, working])
      .catch((error) => {
        stop.abort();
        throw error;
      })
      .finally(() => clearInterval(watching));
    context.signal?.throwIfAborted();
    onProgress(await readProgress(queue, runId));
  } finally {
    await crew?.close();
  }
}
