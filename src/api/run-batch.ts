import type { LoadedConfig } from "../config/load.ts";
import type { MissingModel } from "../core/missing-model.ts";
import type { ModelVersion } from "../core/registry.ts";
import { checkCount, type DataQuery } from "../core/run.ts";
import { type BatchSummary, scoreBatch } from "../pipeline/score-batch.ts";
import type { Engine } from "../ports/engine.ts";
import type { OnProgress } from "../runs/progress.ts";
import { runContext } from "./run-context.ts";

/** What to score. */
export interface RunBatchOptions {
  readonly model: string;
  /** A version, or an alias of one; the default version when left out. */
  readonly version?: string;
  readonly inputTable: string;
  /** Created where it does not exist; default `FORECAST_RESULTS`. */
  readonly outputTable?: string;
  /** The input's key column, or columns; the version's own when left out. */
  readonly partitionCol?: string | readonly string[];
  /** The input's columns to read and their order; the training query's when left out. */
  readonly columns?: readonly string[];
  readonly orderBy?: readonly string[];
  readonly horizon?: number;
  /** Coverage of the prediction intervals in percent, columns `LO_80`, `HI_80`, …; default 80 and 95. */
  readonly levels?: readonly number[];
  /** Quantiles in (0, 1), columns `Q_10`, …: bounds of the interval of |2q - 1| · 100 percent, 0.5 the median. */
  readonly quantiles?: readonly number[];
  /**
   * What a partition without a model means: `status` (the default), a row that says so; `error`, the batch fails and writes
   * nothing; `fallback`, a seasonal naive forecast from its rows in the input, of the status `FALLBACK`.
   */
  readonly missingModel?: MissingModel;
  /** What the fallback forecasts, and observations per season, where the version's exports do not say. */
  readonly target?: string;
  readonly period?: number;
  /** A table of what is known ahead: the input's key columns, the time column, and any others; see `predict`'s `future`. */
  readonly futureTable?: string;
  /** Whether models take in rows that are newer than the ones they were fitted to; default true. */
  readonly advance?: boolean;
  /** Whether rows of the last batch stand where neither data, model nor options have changed; default false. */
  readonly incremental?: boolean;
  readonly workers?: number;
  readonly onProgress?: OnProgress;
}

/** What a configuration says of a batch. */
export function configuredBatch({
  batch,
  source,
}: LoadedConfig): Omit<RunBatchOptions, "model" | "version" | "inputTable"> {
  return {
    outputTable: batch.output_table,
    levels: batch.levels,
    quantiles: batch.quantiles,
    missingModel: batch.missing_model,
    advance: batch.advance,
    incremental: batch.incremental,
    ...(batch.horizon !== undefined && { horizon: batch.horizon }),
    ...(batch.future_table !== undefined && { futureTable: batch.future_table }),
    ...(source !== undefined && { target: source.target, period: source.period }),
  };
}

/** Scores a table with a version, by the training query where the options do not say otherwise. */
export async function runBatch(
  engine: Engine,
  version: ModelVersion,
  options: RunBatchOptions,
  resolveTable: (table: string) => string,
): Promise<BatchSummary> {
  const { inputTable, outputTable = "FORECAST_RESULTS", levels = [80, 95], quantiles = [], onProgress } = options;
  const {
    horizon,
    missingModel = "status",
    target,
    period,
    futureTable,
    advance = true,
    incremental = false,
  } = options;
  if (options.workers !== undefined) checkCount("workers", options.workers);
  const trained = (await engine.catalog.run(version.runId))?.manifest?.snapshot.query;
  const { partitionCol, columns = trained?.columns, orderBy = trained?.orderBy } = options;
  const query: DataQuery = {
    table: resolveTable(inputTable),
    keyColumns:
      typeof partitionCol === "string" ? [partitionCol] : (partitionCol ?? version.keyColumns.map(({ name }) => name)),
    ...(columns !== undefined && { columns }),
    ...(orderBy !== undefined && { orderBy }),
    duplicates: trained?.duplicates ?? "fail",
    ...(trained?.interval !== undefined && { interval: trained.interval }),
  };
  const spec = {
    model: version.model,
    version: version.version,
    query,
    outputTable,
    levels,
    quantiles,
    missingModel,
    advance,
    incremental,
    workers: options.workers ?? engine.workers.parallelism,
    fallback: { ...(target !== undefined && { target }), ...(period !== undefined && { period }) },
    ...(horizon !== undefined && { horizon }),
    ...(futureTable !== undefined && { futureTable: resolveTable(futureTable) }),
  };
  return scoreBatch(engine, spec, runContext(engine, onProgress));
}
