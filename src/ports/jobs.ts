import type { RunMode } from "../core/run.ts";

/** A job: workers of one run that were started together. */
export interface JobRecord {
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  /** Details of its status: the engine's own state, an error, the last lines of a log. */
  readonly details: readonly string[];
}

/**
 * Starts workers in the engine's own compute. They claim chunks from the queue like other workers. They end when the
 * run's chunks have ended, or in `tasks` mode each worker's share of them. Jobs of a run belong to its objects
 * (`RunObjects`) and are removed with them.
 */
export interface Jobs {
  /** The number of workers of a job. */
  readonly replicas: number;
  /** Starts workers for a run. A later launch starts them again if those of the earlier launch are gone. */
  launch(run: string, mode: RunMode, launch: number): Promise<void>;
  /** Milliseconds between two queries of the progress of a run in `tasks` mode, if a query has a price. */
  readonly progressMs?: number;
  /**
   * Returns true if workers of the run are certainly at work. It asks nothing that has a price. If it returns false,
   * ask `jobs`.
   */
  areWorking?(run: string): Promise<boolean>;
  /** Returns the status of the run's jobs, the newest last. */
  jobs(run: string): Promise<JobRecord[]>;
}
