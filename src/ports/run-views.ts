import type { IndexedSegment } from "../core/artifact.ts";
import type { CurrentForecasts } from "../core/current-forecasts.ts";
import type { KeyColumn } from "../core/partition-key.ts";

/** A committed run, as the result views need it. */
export interface ExposedRun {
  readonly runId: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly segments: readonly IndexedSegment[];
}

/**
 * Shows committed runs as views (MODEL_INDEX, TRAINING_RESULTS and TRAINING_METRICS), and the current forecasts as the
 * view FORECASTS. Every engine passes `src/contract/run-views.ts`.
 */
export interface RunViews {
  /** Shows a committed run's segments. Idempotent. */
  expose(run: ExposedRun): Promise<void>;
  /** Removes a run's rows from the views. */
  conceal(runId: string): Promise<void>;
  /**
   * Defines the view FORECASTS, with the columns of the table of all forecasts. Does nothing if that table is missing,
   * or if another table or view has the name. Idempotent.
   */
  showForecasts(current: CurrentForecasts): Promise<void>;
}
