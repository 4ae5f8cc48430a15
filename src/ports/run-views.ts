import type { IndexedSegment } from "../core/artifact.ts";
import type { CurrentForecasts } from "../core/current-forecasts.ts";
import type { KeyColumn } from "../core/partition-key.ts";

/** A committed run as the result views need it. */
export interface ExposedRun {
  readonly runId: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly segments: readonly IndexedSegment[];
}

/**
 * Shows committed runs as views (MODEL_INDEX, TRAINING_RESULTS and TRAINING_METRICS), and the forecasts that count now as
 * the view FORECASTS. Every engine passes `src/contract/run-views.ts`.
 */
export interface RunViews {
  /** Shows a committed run's segments. Idempotent. */
  expose(run: ExposedRun): Promise<void>;
  /** Takes a run's rows out of the views again. */
  conceal(runId: string): Promise<void>;
  /**
   * Defines the view FORECASTS, with the columns of the table of all forecasts. Does nothing where that table is missing, or
   * where the name is taken by another table or view. Idempotent.
   */
  showForecasts(current: CurrentForecasts): Promise<void>;
}
