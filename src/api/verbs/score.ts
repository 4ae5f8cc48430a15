import type { LoadedConfig } from "../../config/load.ts";
import { ManymodelError } from "../../core/errors.ts";
import { SERVICE_LEVEL } from "../../core/lead-time.ts";
import type { MissingModel } from "../../core/missing-model.ts";
import type { ModelVersion } from "../../core/registry.ts";
import { checkCount, type DataQuery, type RowRules, type SourceRows } from "../../core/run.ts";
import { rulesOf } from "../../model/complete-rows.ts";
import type { PeriodRule } from "../../model/period-rule.ts";
import { keepAttributes } from "../../pipeline/keep-attributes.ts";
import { type BatchSummary, scoreBatch } from "../../pipeline/score-batch.ts";
import { during } from "../../ports/activity.ts";
import type { Engine } from "../../ports/engine.ts";
import { type LongCallOptions, runContext } from "../run-context.ts";
import { currentForecasts, dataQuery, rowsOf, sourceAttributes, type Workspace } from "../workspace.ts";
import { alertReadings, type ReadingAlerts } from "./alert-readings.ts";
import { chooseScorer } from "./choose-scorer.ts";

/** Options of scoring. Options left out come from the configuration. */
export interface ScoreOptions extends LongCallOptions {
  /** The model; `register.model` when left out. */
  readonly model?: string;
  /** A version, or an alias of one; the default version when left out. */
  readonly version?: string;
  /** The table to score; `batch.input_table`, else `source.table`, when left out. */
  readonly inputTable?: string;
  /**
   * A condition of the engine's SQL on the input's columns. When left out it is `source.where` if the input is the
   * configured source, or the condition of training if the input is the training table.
   */
  readonly where?: string;
  /** Created where it does not exist; default `FORECAST_RESULTS`. */
  readonly outputTable?: string;
  /** The input's key column, or columns; the version's own when left out. */
  readonly partitionBy?: string | readonly string[];
  /** The input's columns to read and their order; the training query's when left out. */
  readonly columns?: readonly string[];
  readonly orderBy?: readonly string[];
  readonly horizon?: number;
  /** Coverage of the prediction intervals in percent, columns `LO_80`, `HI_80`, …; default 80 and 95. */
  readonly levels?: readonly number[];
  /** Quantiles in (0, 1), columns `Q_10`, …: bounds of the interval of |2q - 1| · 100 percent, 0.5 the median. */
  readonly quantiles?: readonly number[];
  /**
   * Treatment of a partition without a model. `status` (the default): a row with the status `NO_MODEL`. `error`: the
   * batch fails and writes nothing. `fallback`: a seasonal naive forecast from its rows in the input. `global`: a
   * forecast by the model that all partitions share. Both forecasts have the status `FALLBACK`.
   */
  readonly missingModel?: MissingModel;
  /**
   * Number of steps until an order arrives, or the input's column with that number. It adds the order-up-to level (see
   * `ORDER_UP_TO`).
   */
  readonly leadTime?: number | string;
  /** The probability that the demand over the lead time does not exceed the order-up-to level; default 0.95. */
  readonly serviceLevel?: number;
  /**
   * The column that the fallback forecasts, and its observations per season, if the version's exports do not state
   * them.
   */
  readonly target?: string;
  readonly period?: PeriodRule;
  /**
   * A table of values known ahead: the input's key columns, the time column, and any others. See `future` of `predict`.
   */
  readonly futureTable?: string;
  /** True to update models with rows that are newer than those they were fitted to; default true. */
  readonly advance?: boolean;
  /** True to keep rows of the last batch if neither data, model nor options have changed; default false. */
  readonly incremental?: boolean;
  /**
   * True to judge rows that are newer than the models, one by one, instead of forecasting; default false. Each reading
   * gets a row with `VALUE`, `EXPECTED`, `LOWER`, `UPPER`, `SCORE`, `KIND` and `SINCE`, in `READING_RESULTS` unless
   * another table is stated. It needs a definition with `judge`, such as sensor-anomalies.
   */
  readonly readings?: boolean;
  readonly workers?: number;
}

/** The summary of a batch, with its alerts (see `batch.alerts`). */
export interface ScoreSummary extends BatchSummary {
  readonly alerts?: ReadingAlerts;
}

/**
 * Scores every partition of a table into an output table: the next dates at each series' own interval, point forecasts,
 * bounds, and a status (`OK`, `STALE`, `UNDATED`, `FALLBACK`, `NO_MODEL`, `ERROR`, `ENDED`). Repeating a batch replaces
 * its rows.
 *
 * @throws {ManymodelError} see `scoreBatch`; `usage` if neither options nor configuration name a table
 */
export async function score(workspace: Workspace, options: ScoreOptions = {}): Promise<ScoreSummary> {
  const { batch, source, register } = workspace.config;
  const { model = register.model, version, ...rest } = options;
  const inputTable = options.inputTable ?? batch.input_table ?? source?.table;
  if (inputTable === undefined)
    throw new ManymodelError("usage", "nothing to score: give --input, or batch.input_table in the configuration");
  const registered = await workspace.models.get(model, version);
  if (source !== undefined && inputTable === source.table)
    await during({ phase: "score", run: registered.runId }, () =>
      keepAttributes(workspace.engine, dataQuery(workspace), sourceAttributes(workspace)),
    );
  const summary = await scoreTable(
    workspace.engine,
    registered,
    { ...configuredBatch(workspace.config, options.readings), ...rest, inputTable },
    (table, trained) => rowsOf(workspace, table, trained),
  );
  // The table has the columns of this batch now, and may be new.
  await during({ phase: "score", run: registered.runId }, () =>
    workspace.engine.views.showForecasts(currentForecasts(workspace.config)),
  );
  if (!(options.readings ?? batch.readings)) return summary;
  const alerts = await alertReadings(workspace, summary, new Date());
  return alerts === null ? summary : { ...summary, alerts };
}

/** Returns the options of a batch that a configuration has. */
function configuredBatch({ batch, source }: LoadedConfig, readings = batch.readings): ScoreOptions {
  return {
    readings,
    outputTable: readings ? batch.readings_table : batch.output_table,
    levels: batch.levels,
    quantiles: batch.quantiles,
    missingModel: batch.missing_model,
    advance: batch.advance,
    incremental: batch.incremental,
    ...(batch.horizon !== undefined && { horizon: batch.horizon }),
    ...(batch.lead_time !== undefined && { leadTime: batch.lead_time }),
    serviceLevel: batch.service_level,
    ...(batch.future_table !== undefined && { futureTable: batch.future_table }),
    ...(source !== undefined && { target: source.target, period: source.period }),
  };
}

/** Scores a table with a version. The training query decides what the options leave open. */
export async function scoreTable(
  engine: Engine,
  version: ModelVersion,
  options: ScoreOptions & { readonly inputTable: string },
  rowsOf: (table: string, trained?: SourceRows) => SourceRows,
): Promise<BatchSummary> {
  const { readings = false } = options;
  const {
    inputTable,
    outputTable = readings ? "READING_RESULTS" : "FORECAST_RESULTS",
    levels = [80, 95],
    quantiles = [],
  } = options;
  const {
    horizon,
    missingModel = "status",
    target,
    period,
    futureTable,
    advance = true,
    incremental = false,
    leadTime,
    serviceLevel = SERVICE_LEVEL,
  } = options;
  if (options.workers !== undefined) checkCount("workers", options.workers);
  const { query: trained, zone } = (await engine.catalog.run(version.runId))?.manifest?.snapshot ?? {};
  const { partitionBy, columns = trained?.columns, orderBy = trained?.orderBy } = options;
  const query: DataQuery = {
    ...rowsOf(inputTable, trained),
    ...(options.where !== undefined && { where: options.where }),
    keyColumns:
      typeof partitionBy === "string" ? [partitionBy] : (partitionBy ?? version.keyColumns.map(({ name }) => name)),
    ...(columns !== undefined && { columns }),
    ...(orderBy !== undefined && { orderBy }),
    ...rulesOf(filledFrom(trained ?? {}, futureTable && rowsOf(futureTable).table)),
    ...(trained?.interval !== undefined && { interval: trained.interval }),
    ...(zone !== undefined && { zone }),
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
    readings,
    workers: options.workers ?? engine.workers.parallelism,
    fallback: { ...(target !== undefined && { target }), ...(period !== undefined && { period }) },
    ...(horizon !== undefined && { horizon }),
    ...(leadTime !== undefined && { leadTime: { steps: leadTime, serviceLevel } }),
    ...(futureTable !== undefined && { futureTable: rowsOf(futureTable).table }),
  };
  return scoreBatch(await chooseScorer(engine, version, spec), spec, runContext(engine, options));
}

/**
 * Returns the rules of training, with the table of the future that a batch is to use, where rows are filled in from
 * one.
 */
function filledFrom(trained: RowRules, futureTable: string | undefined): RowRules {
  const { fill } = trained;
  return fill?.futureTable === undefined || futureTable === undefined
    ? trained
    : { ...trained, fill: { ...fill, futureTable } };
}
