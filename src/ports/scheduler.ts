/** Has an engine's own scheduler run the pipeline, with no process of the user's. */
export interface Scheduler {
  /** CPUs of the machine that runs the pipeline. */
  readonly cpus: number;
  /** The statements of `schedule`, after its files. */
  readonly statements: readonly string[];
  /** The statements of `unschedule`. */
  readonly removal: readonly string[];
  /** Puts the files that the pipeline needs where it runs, and replaces its schedule. */
  schedule(files: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Removes the schedule and its files; without one it is no error. */
  unschedule(): Promise<void>;
}
