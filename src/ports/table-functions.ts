import type { IndexedSegment } from "../core/artifact.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import type { Snapshot } from "../core/run.ts";
import type { TablePart } from "./output.ts";

/** A partition to be fitted or scored, by its key and its place in the snapshot. */
export interface FunctionPartition {
  readonly ordinal: number;
  /** Its key, encoded. */
  readonly partitionKey: string;
}

/** A partition to be scored, and its place in the table of the future, or -1. */
export interface PredictedPartition extends FunctionPartition {
  readonly future: number;
}

/** A partition of a segment, as the engine keeps it for functions: whether it has a model, and if not, why. */
export interface StoredPartition {
  readonly partitionKey: string;
  readonly hasModel: boolean;
  readonly errorType: string | null;
  readonly errorMessage: string | null;
}

/** The function that scores, its plan, and the use of its rows. */
export interface FunctionScoring {
  /** The text of the function (see `compilePredictFunction`). */
  readonly body: string;
  /** The plan that it gets with each partition. */
  readonly plan: string;
  readonly runId: string;
  readonly segment: Pick<IndexedSegment, "path">;
  readonly snapshot: Snapshot;
  /** The table of the future, or null. */
  readonly future: Snapshot | null;
  readonly outputTable: string;
  /** The columns of its rows: it writes them as `V0`… (see `valuesOfRow`). */
  readonly columns: readonly ColumnInfo[];
  /** The batch whose rows of the output table stand where nothing has changed; null for none. */
  readonly kept: string | null;
}

/** The status of a partition's rows, and whether they are those of the last batch. */
export interface PredictedStatus {
  readonly status: string;
  readonly kept: boolean;
  /** True if the forecast has fewer steps than were asked for, and a row with the reason. */
  readonly shortened?: true;
}

/** Rows of an output table that a function writes, kept aside until they are all there. */
export interface FunctionPart {
  /** Runs the function over partitions, in one statement: all of their rows are added, or none. */
  predict(partitions: readonly PredictedPartition[]): Promise<void>;
  /** Returns the status of each partition, by its ordinal. */
  statuses(): Promise<ReadonlyMap<number, PredictedStatus>>;
  /** Makes the rows a part of the output table, without those that stand. */
  store(): Promise<TablePart>;
  /** Forgets the rows. */
  drop(): Promise<void>;
}

/** Fits and scores partitions where their rows are stored, by table functions in JavaScript. */
export interface TableFunctions {
  /** True if table functions train chunks. */
  readonly trains: boolean;
  /**
   * The use of table functions for scoring: for each definition that compiles to one, always (other definitions fail),
   * or never.
   */
  readonly scores: "where possible" | "always" | "never";
  /**
   * Runs a table function over partitions of a snapshot, in one statement.
   *
   * @param body - what the function is made of (see `compileFitFunction`)
   * @returns the outcome of each partition, by ordinal, as JSON without key, position and attempt
   */
  fit(snapshot: Snapshot, body: string, partitions: readonly FunctionPartition[]): Promise<ReadonlyMap<number, string>>;
  /** Returns the partitions of a segment that count in a run's index and that functions can score, in their order. */
  stored(runId: string, segment: Pick<IndexedSegment, "path">): Promise<readonly StoredPartition[]>;
  /** Creates the function if it is missing, and a place for its rows. */
  openPart(scoring: FunctionScoring): Promise<FunctionPart>;
}
