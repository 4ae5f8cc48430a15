import type { PlainData } from "./columns/plain-data.ts";
import type { PartitionKey } from "./partition-key.ts";
import type { Outcome, SkipReason } from "./states.ts";

/** The reasons why a partition has no model. Stored in the segment as `error_type`. */
export const FAILURE_TYPES = [
  "fit-error",
  "invalid-return",
  "no-data",
  "null-timestamp",
  "duplicate-timestamp",
  "irregular-interval",
  "timeout",
  "out-of-memory",
  "worker-lost",
  "chunk-failed",
  "deadline",
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** The outcome of one planned partition: one row of a segment. Exactly one exists per partition of a finished run. */
export interface PartitionOutcome {
  /** The partition's position in the run's plan, from 0. */
  readonly position: number;
  readonly key: PartitionKey;
  readonly partitionKey: string;
  readonly outcome: Outcome;
  readonly modelKind: string | null;
  /** The fitted model as JSON text; NULL when the partition failed. */
  readonly model: string | null;
  /** JSON object of finite numbers. */
  readonly metrics: string | null;
  /** JSON array of numbers: what the body returned as `forecast`. */
  readonly forecast: string | null;
  /** JSON: what the body returned as `info`. */
  readonly info: string | null;
  readonly nObs: number;
  /** First and last time of the partition as exact text (see `formatTime`); NULL without a time column. */
  readonly firstTs: string | null;
  readonly lastTs: string | null;
  /** The series' own interval (see `Interval`), NULL if it has none. */
  readonly interval: string | null;
  readonly fitMs: number;
  readonly seed: number;
  readonly dataSha256: string | null;
  readonly errorType: FailureType | SkipReason | null;
  readonly errorMessage: string | null;
  /** The end of what the body printed; NULL if it printed nothing. */
  readonly log: string | null;
  readonly attempt: number;
}

/** The columns of a partition's row that scoring needs. */
export type TrainedPartition = Pick<
  PartitionOutcome,
  "key" | "model" | "lastTs" | "interval" | "seed" | "errorType" | "errorMessage"
>;

/** A committed segment. Its path names run, chunk and attempt. Rows that are neither were skipped. */
export interface SegmentInfo {
  readonly path: string;
  readonly chunk: number;
  readonly attempt: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly succeeded: number;
  readonly failed: number;
  /** Rows whose `forecast` goes below 0; none when left out. */
  readonly belowZero?: number;
}

/** A segment as an index lists it: which source it is of, and which of its rows count. */
export interface IndexedSegment extends SegmentInfo {
  /** Position in the index's `sources`. */
  readonly source: number;
  /** The rows that count (see `encodeSelection`), all of them when left out; `rows` and the other counts are theirs. */
  readonly select?: string;
  /** The number of rows of the file, where not all of them count. */
  readonly total?: number;
}

/** A run whose segments an index lists, with what is needed to use its models. */
export interface IndexSource {
  readonly runId: string;
  readonly definitionSha256: string;
  readonly keyArg: string;
  readonly exports: PlainData;
  /** The places of its partitions' rows, by their keys (see `core/key-index.ts`). */
  readonly keyIndex?: { readonly path: string; readonly sha256: string };
  /** Result that the run learnt from all of its partitions, where its definition learns. */
  readonly learnt?: {
    readonly path: string;
    readonly sha256: string;
    /** True if it is one model of all partitions, which forecasts others too (`needsLearnt`). */
    readonly isShared?: true;
  };
}

/** `model_index.json`: the committed segments of a run (or of several), never one line per partition. */
export interface ModelIndex {
  readonly formatVersion: 1;
  readonly runId: string;
  readonly createdAt: string;
  readonly partitions: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly sources: readonly IndexSource[];
  readonly segments: readonly IndexedSegment[];
}

/** A chunk's task file: the keys it is to train, in order, and where the snapshot has their rows (-1: nowhere). */
export interface TaskFile {
  readonly chunk: number;
  readonly start: number;
  readonly keys: readonly string[];
  readonly ordinals: readonly number[];
}
