import type { WorkerEntry, Workers } from "../ports/workers.ts";
import type { OnProgress } from "./progress.ts";

/** The surroundings of every verb that works on a run: what its caller provides besides the engine and the task. */
export interface RunContext {
  /** The code that each worker runs. */
  readonly entry: WorkerEntry;
  /** The place that starts workers. */
  readonly workers: Workers;
  /** The version of the program, which runs, versions and batches record. */
  readonly packageVersion: string;
  readonly now: () => Date;
  readonly onProgress: OnProgress;
  /** Stops the work when it is aborted. A run stays resumable, a batch writes nothing. */
  readonly signal?: AbortSignal;
}

/** Returns the progress of work that starts no workers of its own: an aborted signal stops it at its next report. */
export const stoppableProgress =
  ({ signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress }): OnProgress =>
  (progress) => {
    signal?.throwIfAborted();
    onProgress?.(progress);
  };
