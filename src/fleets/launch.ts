import { ManymodelError } from "../core/errors.ts";
import type { Launcher } from "../core/launcher.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { getJson, putJson } from "../stages/json.ts";

/**
 * The chunks that the tasks of one job train. It is written before the job is launched, and each task finds its own
 * part in it.
 */
export interface Launch {
  /** The run's manifest, by its checksum. */
  readonly manifestSha256: string;
  readonly chunks: readonly number[];
  /** Task `i` has the chunks from place `i * perTask` on. */
  readonly perTask: number;
}

/** The job that a fleet has of a run, kept with the run for whoever asks later. */
export interface FleetRecord {
  readonly launcher: Launcher;
  readonly job: string;
  /** The file that lists its chunks; null for a job of workers, which claim theirs. */
  readonly launch: string | null;
  /** The job that ends the run after it, where there is one. */
  readonly finalizer: string | null;
}

/** Returns the job that works on a run, or undefined if none does. */
export async function fleetRecord(stage: Stage, runId: string): Promise<FleetRecord | undefined> {
  const record = await getJson<FleetRecord | null>(stage, stagePath.fleet(runId)).catch((error: unknown) => {
    if (error instanceof ManymodelError && error.kind === "not-found") return null;
    throw error;
  });
  return record ?? undefined;
}

/** Notes which job works on a run; null: none any more. */
export async function noteFleet(stage: Stage, runId: string, record: FleetRecord | null): Promise<void> {
  await putJson(stage, stagePath.fleet(runId), record);
}
