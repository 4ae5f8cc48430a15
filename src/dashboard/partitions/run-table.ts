import type { IndexedSegment } from "../../core/artifact.ts";
import type { RunManifest } from "../../core/run.ts";
import type { PartitionSearch } from "./partition-search.ts";

/** A run's partitions as they can be looked at. */
export interface RunTable {
  readonly search: PartitionSearch;
  readonly manifest: RunManifest;
  /** Where the partitions' rows are: what the table's numbers of segments mean. */
  segments(): Promise<readonly IndexedSegment[]>;
  /** How much of a run that is not completed there is; null: all of it. */
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
