import type { Snapshot } from "../core/run.ts";

/** The result of checking an engine's own files and database. */
export interface StoredCheck {
  /** The number of files that were compared with their checksums. */
  readonly files: number;
  readonly bytes: number;
  /** A line for each file or row that is missing or was altered; empty if all is well. */
  readonly problems: readonly string[];
  /** A line for each thing that could not be checked. */
  readonly notes: readonly string[];
}

/** Checks the data that an engine stores in addition to the artifacts on its stage. */
export interface Integrity {
  /**
   * Compares files with their checksums, and runs the database's own check.
   *
   * @param snapshot - whose pinned rows to compare; all snapshots and all parts of tables when left out
   */
  check(snapshot?: Snapshot): Promise<StoredCheck>;
}
