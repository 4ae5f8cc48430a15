import { ManymodelError, show } from "../../core/errors.ts";
import type { OrderLevel } from "../../core/lead-time.ts";
import { finalForecast, OverridesInForce } from "../../core/override.ts";
import { encodeKey, type KeyColumn } from "../../core/partition-key.ts";
import { forecastTable } from "../../inspect/forecast-table.ts";
import { openPartitions, type PartitionReader, type PartitionSeries } from "../../inspect/partition-series.ts";
import type { KeyArgument } from "../../model/define-model.ts";
import { completedRun, readIndex, segmentRows } from "../../runs/read-index.ts";
import { readOverrides } from "../../runs/read-overrides.ts";
import { toKey } from "../run-spec.ts";
import type { Workspace } from "../workspace.ts";
import { type PartitionSourceOptions, partitionSource } from "./partition-source.ts";

/** Single partitions of a run or version. */
export interface Partitions {
  readonly runId: string;
  /** The run or version as people know it. */
  readonly name: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly read: PartitionReader;
  /** Returns the encoded keys of the first partitions, in the order of the index. */
  first(count: number): Promise<string[]>;
}

/** Opens the partitions of a run or version. @throws {ManymodelError} `not-found` if there is none */
export async function openPartitionsOf(
  workspace: Workspace,
  options: PartitionSourceOptions = {},
): Promise<Partitions> {
  const { engine } = workspace;
  const source = await partitionSource(workspace, options);
  const { manifest } = await completedRun(engine, source.runId);
  return {
    runId: source.runId,
    name: source.name,
    keyColumns: manifest.snapshot.keyColumns,
    read: await openPartitions(engine, source),
    async first(count) {
      const keys: string[] = [];
      for (const segment of (await readIndex(engine.stage, source.index, `${source.name} was completed`)).segments) {
        if (keys.length >= count) break;
        keys.push(...(await segmentRows(engine.stage, segment, { summary: true })).map(({ row }) => row.partitionKey));
      }
      return keys.slice(0, count);
    },
  };
}

/** Options of a forecast of one partition. Everything left out comes from the configuration. */
export type ForecastOptions = Omit<PartitionSourceOptions, "model">;

/** The forecast of one partition, with the same bits as a batch over the same input. */
export interface PartitionForecast {
  /** The run or version that made the model. */
  readonly of: string;
  readonly partitionKey: string;
  /** `OK`, `STALE`, `UNDATED`, `FALLBACK`, `NO_MODEL`, `ERROR` or `ENDED`, as in the table of a batch. */
  readonly status: PartitionSeries["scored"]["status"];
  readonly errorType: string | null;
  readonly errorMessage: string | null;
  /** The time of each step: an ISO 8601 text or a number, like the source's times; null if rows have numbers only. */
  readonly times: readonly (string | number | null)[] | null;
  /** The point forecast of each step; empty without a forecast. */
  readonly mean: readonly number[];
  /** The final forecast of each step: the planner's override if one is in force, otherwise `mean`. */
  readonly final: readonly number[];
  /** Coverage of the intervals in percent, ascending. */
  readonly levels: readonly number[];
  /** The lower bounds, one list for each level; NaN if the model has none. */
  readonly lower: readonly (readonly number[])[];
  readonly upper: readonly (readonly number[])[];
  /** The order level, if a lead time is stated. The safety stock is the order-up-to level less the demand. */
  readonly order: (OrderLevel & { readonly safetyStock: number }) | null;
}

/**
 * Forecasts one partition.
 *
 * @param key - the key's value, or for a composite key an object of column name to value
 * @throws {ManymodelError} `not-found` if there is no such model or partition
 */
export async function forecastPartition(
  workspace: Workspace,
  model: string,
  key: KeyArgument,
  options: ForecastOptions = {},
): Promise<PartitionForecast> {
  const series = await partitionOf(await openPartitionsOf(workspace, { ...options, model }), key);
  return forecastOf(series, await finalOf(workspace, model, series));
}

/**
 * Returns the forecasts of a series that count: of each step the override in force, else the forecast. Undefined where no
 * override is in force.
 */
export async function finalOf(
  { engine }: Pick<Workspace, "engine">,
  model: string,
  { row, scored }: PartitionSeries,
): Promise<number[] | undefined> {
  if (!("mean" in scored) || !(scored.times instanceof Float64Array)) return undefined;
  const { mean, times } = scored;
  const overrides = new OverridesInForce(await readOverrides(engine));
  return finalForecast({ model, partitionKey: row.partitionKey, times, mean }, overrides, Date.now());
}

/**
 * Reads one partition by its key.
 *
 * @param key - the key's value, or for a composite key an object of column name to value
 * @throws {ManymodelError} `not-found` if there is no such partition
 */
export async function partitionOf({ keyColumns, name, read }: Partitions, key: KeyArgument): Promise<PartitionSeries> {
  const columnNames = keyColumns.map((column) => column.name);
  const series = await read(encodeKey(keyColumns, toKey(columnNames, key)));
  if (series !== undefined) return series;
  throw new ManymodelError("not-found", `${name} has no partition ${show(key)}; its keys are in MODEL_INDEX`);
}

function forecastOf(series: PartitionSeries, final: readonly number[] | undefined): PartitionForecast {
  const { of, row, levels, scored } = series;
  const { columns, rows } = forecastTable(series);
  // Before the bounds stand the time, where there is one, the step and the point forecast.
  const firstBound = columns.indexOf("FORECAST") + 1;
  const hasTimes = columns[0] !== "STEP";
  const column = (at: number) => rows.map((values) => (values[at] as number | null | undefined) ?? NaN);
  const { stopped } = { stopped: undefined, ...scored };
  const { errorType = stopped?.errorType ?? null, errorMessage = stopped?.errorMessage ?? null } = scored;
  const order = "order" in scored ? scored.order : undefined;
  return {
    of,
    partitionKey: row.partitionKey,
    status: scored.status,
    errorType,
    errorMessage,
    times: hasTimes ? rows.map(([time]) => time ?? null) : null,
    mean: column(firstBound - 1),
    final: final ?? column(firstBound - 1),
    levels,
    lower: levels.map((_, i) => column(firstBound + 2 * i)),
    upper: levels.map((_, i) => column(firstBound + 2 * i + 1)),
    order: order === undefined ? null : { ...order, safetyStock: order.orderUpTo - order.demand },
  };
}
