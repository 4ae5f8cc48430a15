/** The messages of the front page and of a run's accuracy. See `wire.ts`. */
import type { Histogram } from "../core/histogram.ts";
import type { Spread } from "./wire.ts";

/** The accuracy of a run's partitions. */
export interface RunAccuracy {
  /** The metric of the distribution, and which of its values are better. */
  readonly metric: string | null;
  readonly better: "lower" | "higher" | "zero";
  /** Partitions with a usable metric, and partitions that have a model without one: nobody has validated them. */
  readonly scored: number;
  readonly notValidated: number;
  /** The sum of all absolute errors of the holdout in percent of the sum of all sizes. */
  readonly wape: number | null;
  /** The same of seasonal naive forecasts, one step of a season ahead, on the rows that were trained on: MASE's scale. */
  readonly naiveWape: number | null;
  /** Partitions whose error is below that of seasonal naive. */
  readonly betterThanNaive: number | null;
  readonly spread: Spread;
  /** Of the metric, with the values beyond it in the last bin. */
  readonly histogram: Histogram;
  readonly beyond: number;
  /** Kinds of models, the most frequent first, with the metric of their partitions. */
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly spread: Spread }[];
}

/** A run of a model, as the front page shows it. */
export interface NightRun {
  /** Null for a run that is not registered. */
  readonly version: string | null;
  readonly runId: string;
  readonly createdAt: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** Series that had ended, and were not trained. */
  readonly ended: number;
  readonly accuracy: RunAccuracy;
}

/** A batch, as the front page shows it. */
export interface NightBatch {
  readonly version: string;
  readonly startedAt: string;
  readonly partitions: number;
  readonly ok: number;
  readonly stale: number;
  readonly undated: number;
  readonly fallback: number;
  readonly noModel: number;
  readonly errors: number;
  readonly ended: number;
  readonly kept: number;
}

/** The gate's verdict on a version. */
export interface NightGate {
  readonly candidate: string;
  readonly promoted: boolean;
  readonly message: string;
}

/** A series that loses much. */
export interface NightLoss {
  readonly key: string;
  readonly text: string;
  /** The mean absolute error of the holdout, a step. */
  readonly units: number;
  /** Times the worth of a unit; null where that is not known. */
  readonly value: number | null;
  /** Its share of all that is lost, by value where the worth is stated. */
  readonly share: number;
  /** One sentence. */
  readonly cause: string;
}

/** The newest run and batch of a model. */
export interface NightModel {
  /** Null for the newest run of a workspace without registered models. */
  readonly model: string | null;
  readonly run: NightRun;
  readonly before: NightRun | null;
  readonly batch: NightBatch | null;
  readonly gate: NightGate | null;
  /** The aliases that mean the version. */
  readonly aliases: readonly string[];
  readonly losses: readonly NightLoss[];
  /** True if losses are in the order of their value. */
  readonly byValue: boolean;
}

/** The front page. */
export interface Night {
  readonly models: readonly NightModel[];
  /** Runs that are newer than what is shown, the newest first. */
  readonly newer: readonly string[];
}
