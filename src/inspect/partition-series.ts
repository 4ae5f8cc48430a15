import { type FittedModel, fitted } from "@manymodel/forecast";
import { at } from "../core/aligned.ts";
import type { ModelIndex, PartitionOutcome } from "../core/artifact.ts";
import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import type { LeadTime } from "../core/lead-time.ts";
import type { MissingModel } from "../core/missing-model.ts";
import { decodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import {
  type DataQuery,
  futureQuery,
  type IndexSummary,
  type RunManifest,
  type Snapshot,
  snapshotIds,
} from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { knownRegressors } from "../model/builtin/driven-fit.ts";
import { type Frame, frame } from "../model/frame.ts";
import type { PeriodRule } from "../model/period-rule.ts";
import { NO_AXIS } from "../model/series-axis.ts";
import type { Engine } from "../ports/engine.ts";
import { openFinder } from "../runs/find-partition.ts";
import { getSource, readIndex } from "../runs/read-index.ts";
import { getJson } from "../stages/json.ts";
import { definitionsOf } from "../work/definitions.ts";
import { findEnded } from "../work/ended-series.ts";
import { type Fallback, findShared, naiveFallback, scoreFallback } from "../work/fallback.ts";
import { loadOrders } from "../work/load-orders.ts";
import { NOT_TRAINED, type Problem, type ScoredPartition, scorePartition } from "../work/score-partition.ts";
import { failedOutcome } from "../work/train-partition.ts";
import { type SeriesHistory, trainedHistory, upToForecast } from "./series-history.ts";

/** One partition as people look at it: what was observed, what its model expected, and what it forecasts. */
export interface PartitionSeries extends SeriesHistory {
  /** The run or version that its model is of. */
  readonly of: string;
  readonly keyColumns: readonly KeyColumn[];
  /** Its row of the index: outcome, model, metrics, errors. */
  readonly row: PartitionOutcome;
  /** The column that is forecast. */
  readonly target: string;
  /** The column of `times`; null where rows are only numbered. */
  readonly time: ColumnInfo | null;
  /**
   * One-step forecasts of the model over its own training data, NaN where there is none; null if it has none at all, or those data were
   * deleted.
   */
  readonly fitted: Float64Array | null;
  /** The rows of `scored`: each step after the last time, or each row of the input. */
  readonly scores: "steps" | "rows";
  /** Coverage of the intervals in percent, ascending. */
  readonly levels: readonly number[];
  /** The partition's score, equal to the bit to that of a batch over the same input. */
  readonly scored: ScoredPartition;
}

/** The partitions to look at, and the options of forecasting them. */
export interface PartitionSource {
  /** The run or version as people know it. */
  readonly name: string;
  readonly runId: string;
  readonly index: IndexSummary;
  /** The table that a forecast takes its data from. */
  readonly input: DataQuery;
  readonly horizon: number;
  readonly levels: readonly number[];
  /** True if models take in rows that are newer than those they were fitted to. */
  readonly advance: boolean;
  /** The answer of a batch to partitions without a model; they have no forecast when left out. */
  readonly missingModel?: MissingModel;
  /** The lead time to order over; nothing is ordered when left out. */
  readonly leadTime?: LeadTime;
  /** The table of values known for future times. */
  readonly futureTable?: string;
  /** The column to show where the run's exports do not say which was the target. */
  readonly target?: string;
  /** Observations per season of seasonal naive forecasts where the run's exports do not have them. */
  readonly period?: PeriodRule;
}

/** Looks up partitions of one run or version by their encoded keys; undefined for a key it does not have. */
export type PartitionReader = (partitionKey: string) => Promise<PartitionSeries | undefined>;

/**
 * Opens a run or version for looking at single partitions. Each costs the reading of its own segment and rows, however
 * many others there are.
 *
 * @throws {ManymodelError} `corrupt` if an artifact was changed, `not-found` if the input table is gone
 */
export async function openPartitions(engine: Engine, source: PartitionSource): Promise<PartitionReader> {
  const { stage } = engine;
  const index = await readIndex(stage, source.index, `${source.name} was completed`);
  const manifest = await getJson<RunManifest>(stage, stagePath.manifest(source.runId));
  const { keyColumns, columns, timeColumn } = manifest.snapshot;
  const time = columns.find(({ name }) => name === timeColumn) ?? null;
  const finder = await openFinder(stage, index);
  const definitions = definitionsOf(engine);
  // The rows that a model has seen are those of the run that made it, which a patched version's own run is not.
  const makers = await Promise.all(
    index.sources.map(async ({ runId }) => {
      const source = (await engine.catalog.run(runId))?.manifest ?? manifest;
      return { made: source.snapshot, trained: await pinned(engine, source.snapshot) };
    }),
  );
  const input = await engine.source.snapshot(source.input);
  const future =
    source.futureTable === undefined || timeColumn === null
      ? undefined
      : await engine.source.snapshot(futureQuery(source.input, source.futureTable, timeColumn));
  const place = (snapshot: Snapshot, key: PartitionOutcome["key"]) => engine.source.locate(snapshot, [key]);
  const rowsOf = async (snapshot: Snapshot, key: PartitionOutcome["key"]) => {
    const { batch } = await engine.source.read(snapshot, Array.from(await place(snapshot, key)));
    return batch;
  };
  const ofPlan = { of: source.name, keyColumns, time, levels: source.levels };
  const fallback = fallbackOf(source, index, manifest);
  /** Returns the forecast that a batch gives a partition without a model; undefined without one, or rows of the partition. */
  const fallbackForecast = async (key: PartitionKey, batch: ColumnBatch, why: Problem) => {
    if (fallback === undefined || batch.length === 0) return undefined;
    const ahead = future === undefined ? undefined : await rowsOf(future, key);
    const { horizon, levels, leadTime } = source;
    return scoreFallback(
      { keyColumns, horizon, levels, ...(leadTime !== undefined && { leadTime }) },
      { snapshot: input, definitions },
      fallback,
      {
        ...{ key, batch, start: 0, end: batch.length },
        ...(ahead !== undefined && { future: { batch: ahead, start: 0, end: ahead.length } }),
      },
      why,
    );
  };
  /** Returns a series that has no row because it had ended before the run, or begins after it. */
  const untrainedSeries = async (partitionKey: string): Promise<PartitionSeries | undefined> => {
    const { key } = decodeKey(partitionKey);
    const rows = await rowsOf(input, key);
    const [ended] = await findEnded(engine.source, input, [key]);
    const scored = ended ?? (await fallbackForecast(key, rows, NOT_TRAINED));
    if (scored === undefined) return undefined;
    const { exports, seed } = manifest;
    const row = failedOutcome({ position: -1, partitionKey, seed, attempt: 0 }, "no-data", scored.errorMessage ?? "");
    const target = targetOf(exports, source.target, manifest.snapshot);
    const history = trainedHistory(rows, row, { time, target });
    return { ...ofPlan, row, target, ...history, fitted: null, scores: "steps", scored };
  };
  return async (partitionKey) => {
    const match = await finder.row(partitionKey);
    if (match === undefined) return untrainedSeries(partitionKey);
    const { row, segment } = match;
    const indexed = getSource(index, segment);
    const { keyArg, exports } = indexed;
    const definition = await definitions(indexed);
    const { made, trained } = at(makers, segment.source);
    const target = targetOf(exports, source.target, made);
    const rows = await rowsOf(trained, row.key);
    const columns = { time, target };
    const history = trainedHistory(rows, row, columns);
    const { levels, advance, leadTime } = source;
    const plan = {
      ...{ definition, keyColumns, keyArg, exports, time, horizon: source.horizon, levels, advance },
      ...(await loadOrders(leadTime)),
    };
    const data = frame(snapshotIds(trained).join() === snapshotIds(input).join() ? rows : await rowsOf(input, row.key));
    const [ended] = await findEnded(engine.source, input, [row.key]);
    const ahead = future === undefined ? {} : { future: frame(await rowsOf(future, row.key)) };
    const byModel: ScoredPartition = ended ?? (await scorePartition(plan, row, { data, ...ahead }));
    const substitute =
      byModel.status === "NO_MODEL" && fallback !== undefined
        ? await fallbackForecast(row.key, await rowsOf(input, row.key), byModel)
        : undefined;
    const scored = substitute ?? byModel;
    const scores = definition.scores ?? "steps";
    const view = scores === "steps" ? upToForecast(history, row, columns, data, scored) : history;
    const { stopped } = { stopped: undefined, ...scored };
    const notes = [scored.status === "OK" ? scored.errorMessage : undefined, stopped?.errorMessage];
    return {
      ...ofPlan,
      row,
      target,
      ...view,
      note: [view.note, ...notes].filter((text) => text != null).join("; ") || null,
      fitted: trained.id === made.id ? oneStep(row, history, exports, { time, rows: frame(rows) }) : null,
      scores,
      scored,
    };
  };
}

/** Returns how a batch forecasts partitions without a model; undefined if it does not. */
function fallbackOf(
  { missingModel, target, period }: PartitionSource,
  { sources }: ModelIndex,
  { exports }: RunManifest,
): Fallback | undefined {
  if (missingModel === "fallback")
    return naiveFallback(exports, { ...(target !== undefined && { target }), ...(period !== undefined && { period }) });
  const shared = missingModel === "global" ? findShared(sources) : undefined;
  return shared && { shared };
}

/** Returns the snapshot that a run was trained on; where that was deleted, the same query's rows as they are now. */
async function pinned({ source, leftovers }: Engine, trained: Snapshot): Promise<Snapshot> {
  const isPinned = (await leftovers.stored()).some(({ kind, id }) => kind === "snapshot" && id === trained.id);
  return isPinned ? trained : source.snapshot(trained.query);
}

/**
 * Returns the column that the run's exports name as `target`, the one given, or the only number that is no key and no
 * time.
 */
function targetOf(exports: unknown, option: string | undefined, { columns, keyColumns, timeColumn }: Snapshot): string {
  const { target } = (exports ?? {}) as { target?: unknown };
  if (typeof target === "string") return target;
  if (option !== undefined) return option;
  const others = [timeColumn, ...keyColumns.map(({ name }) => name)];
  const numbers = columns.filter(({ name, type }) => type === "number" && !others.includes(name));
  const [only, ...more] = numbers;
  if (only !== undefined && more.length === 0) return only.name;
  throw new ManymodelError(
    "usage",
    `the column to show is not known: ${numbers.map(({ name }) => name).join(", ") || "none"} hold numbers; set source.target`,
  );
}

/**
 * Returns one-step forecasts of a model of the forecasting library; null for a model of another kind, or one that has
 * none.
 */
function oneStep(
  { model, interval }: PartitionOutcome,
  { times, values }: SeriesHistory,
  exports: unknown,
  { time, rows }: { readonly time: ColumnInfo | null; readonly rows: Frame },
): Float64Array | null {
  if (model === null) return null;
  try {
    const read = JSON.parse(model) as FittedModel;
    const axis = time === null ? NO_AXIS : { times, interval, time: time.name, rows: [rows] };
    return fitted(read, values, knownRegressors(read, exports, axis, values.length));
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}
