import type { Snapshot } from "../core/run.ts";

/** What checking an engine's own files and database found. */
export interface StoredCheck {
  /** How many files were compared with their checksums. */
  readonly files: number;
  readonly bytes: number;
  /** What is missing or was altered, one line each; empty if all is well. */
  readonly problems: readonly string[];
  /** What could not be checked, one line each. */
  readonly notes: readonly string[];
}

/** Checks what an engine stores beside the artifacts on its stage. */
export interface Integrity {
  /**
   * Compares files with their checksums, and has the database check itself.
   *
   * @param snapshot - whose pinned rows to compare; all snapshots and all parts of tables when left out
   */
  check(snapshot?: Snapshot): Promise<StoredCheck>;
}
