import type { Snapshot } from "../core/run.ts";

/** A partition to be fitted, by its key and its place in the snapshot. */
export interface FunctionPartition {
  readonly ordinal: number;
  /** Its key, encoded. */
  readonly partitionKey: string;
}

/** Fits partitions where their rows are, by table functions in JavaScript. */
export interface TableFunctions {
  /**
   * Runs a table function over partitions of a snapshot, in one statement.
   *
   * @param body - what the function is made of (see `compileFitFunction`)
   * @returns for each partition's ordinal its outcome as JSON, without key, position and attempt
   */
  fit(snapshot: Snapshot, body: string, partitions: readonly FunctionPartition[]): Promise<ReadonlyMap<number, string>>;
}
