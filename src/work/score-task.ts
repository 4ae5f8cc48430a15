import type { IndexedSegment } from "../core/artifact.ts";
import type { PlainData } from "../core/columns/plain-data.ts";
import type { Snapshot } from "../core/run.ts";
import type { DefinitionSource } from "./definitions.ts";
import type { Fallback } from "./fallback.ts";
import type { ForecastTable } from "./forecast-rows.ts";

/** The plan that every task of a batch shares. */
export interface ScoreTask extends ForecastTable, DefinitionSource {
  readonly snapshot: Snapshot;
  /** The table of the future, or null. */
  readonly future: Snapshot | null;
  readonly outputTable: string;
  readonly horizon: number;
  readonly advance: boolean;
  /** The settings of forecasts for partitions without a model; null for no forecast. */
  readonly fallback: Fallback | null;
  readonly kept: KeptBatch | null;
  /** The run whose index lists the models. */
  readonly runId: string;
  readonly packageVersion: string;
}

/** Score the partitions of the input that one segment has models for. */
export interface ScoreSegment extends ScoreTask {
  readonly segment: IndexedSegment;
  readonly keyArg: string;
  readonly exports: PlainData;
}

/** Write the rows of these partitions of the input, which no segment has. */
export interface ScoreMissing extends ScoreTask {
  readonly ordinals: readonly number[];
}

/** The batch whose rows are kept where nothing has changed. */
export interface KeptBatch {
  /** Of its rows in the output table. */
  readonly owner: string;
  /** The batch that asks. Files that were read for another batch are not used. */
  readonly batchId: string;
}
