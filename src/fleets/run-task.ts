import { ManymodelError, messageOf } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { startCrew } from "../crew/crew.ts";
import { trainLease } from "../crew/train-lease.ts";
import type { Engine } from "../ports/engine.ts";
import type { WorkerEntry } from "../ports/workers.ts";
import { getVerified } from "../stages/checksum.ts";
import { getJson, parseJson, putJson } from "../stages/json.ts";
import type { Launch } from "./launch.ts";

/** One execution of a task. */
export interface TaskOptions {
  readonly run: string;
  readonly launch: string;
  /** The task's index in the launch, from 0. */
  readonly task: number;
  /** A number that no other execution of this or another task of the run has: its segments' own path. */
  readonly attempt: number;
  /** Chunks that are trained at the same time. */
  readonly workers: number;
  readonly onChunk: (line: string) => void;
}

/**
 * Runs a task of a fleet on any machine: trains its chunks, and writes the segment and manifest of each, or the reason
 * for having none, to the stage. The task takes no lease and opens no database. The catalog decides which attempt at a chunk
 * counts. Every chunk is trained in a process of its own, so that a crash in a body costs its own partition only, and not
 * another turn in the queue of a batch system.
 *
 * @throws {ManymodelError} `internal` if a chunk could not be trained, after the others were
 */
export async function runTask(
  { stage, workers }: Pick<Engine, "stage" | "workers">,
  entry: WorkerEntry,
  { run, launch, task, attempt, workers: atOnce, onChunk }: TaskOptions,
): Promise<void> {
  const { manifestSha256, chunks, perTask } = await getJson<Launch>(stage, stagePath.launch(run, launch));
  const path = stagePath.manifest(run);
  const manifest = parseJson<RunManifest>(await getVerified(stage, path, manifestSha256, "the run was planned"), path);
  const mine = chunks.slice(task * perTask, (task + 1) * perTask);
  if (mine.length === 0)
    throw new ManymodelError(
      "usage",
      `launch ${launch} of run ${run} has no task ${task}; it has ${chunks.length} chunks`,
    );
  const failures: string[] = [];
  const crew = await startCrew({ workers, entry }, Math.min(atOnce, mine.length));
  try {
    await crew.run(async (member, signal) => {
      for (let chunk = mine.shift(); chunk !== undefined && !signal.aborted; chunk = mine.shift()) {
        const lease = { run, chunk, attempt, worker: member.name };
        try {
          const isHeld = async () => true;
          const { rows, failed } = await trainLease(member, lease, manifestSha256, isHeld, manifest.fitTimeoutMs);
          onChunk(`run ${run} chunk ${chunk}: ${rows} partitions, ${failed} failed`);
        } catch (error) {
          failures.push(`chunk ${chunk}: ${messageOf(error)}`);
          onChunk(`run ${run} ${failures.at(-1)}`);
          // Where not even that can be written, it is missing, which says as much.
          await putJson(stage, stagePath.attemptFailure(run, chunk, attempt), messageOf(error)).catch(() => {});
        }
      }
    });
  } finally {
    await crew.close();
  }
  if (failures.length > 0) throw new ManymodelError("internal", `${failures.length} chunks failed; ${failures[0]}`);
}
