import type { ErrorTail } from "./error-tails.ts";
import type { ReadingNoise } from "./reading-noise.ts";
import type { Wave } from "./robust-harmonics.ts";

/**
 * Model of a sensor's readings and its present state: plain data, made by `fitDetector`, moved by `judgeReadings`. A
 * reading is expected at season + offset + noise state.
 */
export interface ReadingsDetector {
  readonly kind: "readings-detector";
  readonly formatVersion: 1;
  /** 100 minus the percentage of a clean sensor's readings that are reported. */
  readonly level: number;
  readonly waves: readonly Wave[];
  /** Periods that the history has less than two seasons of, and that are therefore not in `waves`. */
  readonly leftOut: readonly number[];
  readonly noise: ReadingNoise;
  /** One-step errors below and above the expected reading. */
  readonly tails: readonly [ErrorTail, ErrorTail];
  /** Errors smaller than this are rounding. */
  readonly resolution: number;
  /** Mean of standardised errors, and how much wider than those of white noise their sums are. */
  readonly centre: number;
  readonly spread: number;
  /** Equal readings, and missing steps, in a row that are too many. */
  readonly stuckAfter: number;
  readonly missingAfter: number;
  /** Share of readings that come after a missing step. */
  readonly gapShare: number;
  readonly state: DetectorState;
}

/** The state of a sensor before its next reading. */
export interface DetectorState {
  /** Steps since the first reading of the history. */
  readonly time: number;
  readonly offset: number;
  /** Readings that the offset is the average of, as long as it is a new level; 0 otherwise. */
  readonly settling: number;
  /** Mean and variance of the noise state at `time`, the variance in units of scale². */
  readonly mean: number;
  readonly variance: number;
  /** The last reading, and how many in a row were equal to it, since when. */
  readonly last: number | null;
  readonly equal: number;
  readonly equalSince: number;
  /** Missing steps in a row. */
  readonly missing: number;
  /** Readings in a row beyond the same side of the band: their distances from season + offset, and the time of the first. */
  readonly outside: readonly number[];
  readonly outsideSince: number;
  /** Cumulative sums of standardised errors, upwards and downwards, and of missing steps before readings. */
  readonly up: ClimbingSum;
  readonly down: ClimbingSum;
  readonly gaps: ClimbingSum;
}

/** A sum that is never negative, when it last left 0, and the readings since or since it was last reported. */
export interface ClimbingSum {
  readonly value: number;
  readonly since: number;
  readonly count: number;
  /** Sum of the distances of those readings from season + offset. */
  readonly distance: number;
}

/** The fault of a reading. */
export type ReadingKind = "spike" | "level-shift" | "drift" | "stuck" | "missing" | "rate";

/** The verdict on each reading: arrays have their length. */
export interface Verdicts {
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Error in standard deviations; NaN where the reading is missing. */
  readonly score: Float64Array;
  /** The fault of each reading; null for none. */
  readonly kinds: readonly (ReadingKind | null)[];
  /** The position at which that began, negative where it was before the first of these readings; NaN for nothing. */
  readonly since: Float64Array;
}
