import type { IndexedSegment } from "../../core/artifact.ts";
import type { RunManifest } from "../../core/run.ts";
import type { PartitionSearch } from "./partition-search.ts";

/** A run's partitions as they can be looked at. */
export interface RunTable {
  readonly search: PartitionSearch;
  readonly manifest: RunManifest;
  /** Returns the segments that hold the partitions' rows, in the order of the table's numbers. */
  segments(): Promise<readonly IndexedSegment[]>;
  /** The progress of a run that is not completed; null if all of it is there. */
  readonly progress: TableProgress | null;
  /** Does something with the table; of a run in progress, that is taken from what looking at it may cost. */
  spend<T>(work: () => Promise<T>): Promise<T>;
}

/** Partitions of a run that is not completed: in the table, in committed segments, and done with in any way. */
export interface TableProgress {
  readonly there: number;
  readonly committed: number;
  readonly done: number;
}
