import type { RunMode } from "../core/run.ts";

/** A job: workers of one run that were started together. */
export interface JobRecord {
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  /** Details of its status: a state of the engine's own, an error, the last lines of a log. */
  readonly details: readonly string[];
}

/**
 * Has workers started in compute of the engine's own. They claim chunks from the queue like any other, and end when the
 * run's chunks (in `tasks` mode each worker's share of them) have ended. What is started for a run is one of its objects
 * (`RunObjects`), and removed as such.
 */
export interface Jobs {
  /** The number of workers of a job. */
  readonly replicas: number;
  /** Starts workers for a run; again, if those of an earlier launch are no more. */
  launch(run: string, mode: RunMode, launch: number): Promise<void>;
  /** Milliseconds between two looks at the progress of a run in `tasks` mode, where looking has a price. */
  readonly progressMs?: number;
  /** Returns true if workers of the run are certainly at work, and asks nothing that has a price. Otherwise ask `jobs`. */
  areWorking?(run: string): Promise<boolean>;
  /** Returns the status of the run's jobs, the newest last. */
  jobs(run: string): Promise<JobRecord[]>;
}
