import type { LeadTime } from "../core/lead-time.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { Snapshot } from "../core/run.ts";

/** The request to models, and its partitions. */
export interface InferenceRequest {
  readonly version: ModelVersion;
  readonly snapshot: Snapshot;
  readonly horizon: number;
  /** The levels that the models are asked for (see `levelsToAsk`). */
  readonly levels: readonly number[];
  readonly advance: boolean;
  /** Rules that complete rows, as JSON (see `ScoreRequest`); null: rows are used as they are. */
  readonly completion: string | null;
  /** The lead time to order over; nothing is ordered when left out. */
  readonly leadTime?: LeadTime;
  readonly outputTable: string;
}

/** A job that is over: its name, and the files of the stage that hold what it gave. */
export interface InferenceResult {
  readonly job: string;
  readonly files: readonly string[];
}

/** Scores partitions by the registered version itself, in the engine's own compute. */
export interface Inference {
  /**
   * True if it scores only partitions that table functions cannot score. Workers score the partitions that it cannot
   * score either.
   */
  readonly isLastResort?: boolean;
  /**
   * Scores every partition of a snapshot in one job. The same request finds the job that another process launched,
   * whether it is running or has ended.
   *
   * @throws {ManymodelError} `usage` if the snapshot's columns differ from those that the version was trained with, or
   *   the version has no lead times; `conflict` if it cannot be used, or the job fails repeatedly
   */
  score(request: InferenceRequest): Promise<InferenceResult>;
  /** Reads a file: positions of partitions in the snapshot, each with its outcome (see `encodeScored`). */
  outcomes(file: string): Promise<readonly (readonly [ordinal: number, outcome: string])[]>;
  /** Removes a job and its files. */
  remove(job: string): Promise<void>;
}
