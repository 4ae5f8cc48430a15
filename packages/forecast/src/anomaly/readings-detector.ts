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
  /** Periods of which the history has fewer than two seasons, so that they are not in `waves`. */
  readonly leftOut: readonly number[];
  readonly noise: ReadingNoise;
  /** One-step errors below and above the expected reading. */
  readonly tails: readonly [ErrorTail, ErrorTail];
  /** Errors smaller than this are rounding. */
  readonly resolution: number;
  /** Mean of standardised errors, and the ratio of the spread of their sums to that of white noise. */
  readonly centre: number;
  readonly spread: number;
  /** Numbers of equal readings, and of missing steps, in a row that are too many. */
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
  /** Number of readings that the offset averages while the level is new; 0 otherwise. */
  readonly settling: number;
  /** Mean and variance of the noise state at `time`; the variance is in units of scale². */
  readonly mean: number;
  readonly variance: number;
  /** The last reading, the number of readings in a row equal to it, and the time of the first of these. */
  readonly last: number | null;
  readonly equal: number;
  readonly equalSince: number;
  /** Missing steps in a row. */
  readonly missing: number;
  /**
   * Distances from season + offset of the readings in a row beyond the same side of the band, and the time of the
   * first.
   */
  readonly outside: readonly number[];
  readonly outsideSince: number;
  /** Cumulative sums: of standardised errors upwards and downwards, and of missing steps before readings. */
  readonly up: ClimbingSum;
  readonly down: ClimbingSum;
  readonly gaps: ClimbingSum;
}

/**
 * A sum that is never negative, the time at which it last left 0, and the readings since then or since its last report.
 */
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
  /**
   * The position at which the fault began, negative if it began before the first of these readings; NaN without a
   * fault.
   */
  readonly since: Float64Array;
}
