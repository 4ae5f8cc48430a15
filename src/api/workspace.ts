import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { StatedAttributes } from "../core/attributes.ts";
import { type BoundExports, boundExports } from "../core/bounds.ts";
import type { CurrentForecasts } from "../core/current-forecasts.ts";
import { parseDuration } from "../core/duration.ts";
import { ManymodelError } from "../core/errors.ts";
import {
  type DataQuery,
  QUERY_TABLE,
  type ResampleRule,
  type RowRules,
  type Snapshot,
  type SourceRows,
} from "../core/run.ts";
import type { StatedDrivers } from "../core/stated-drivers.ts";
import { rulesOf } from "../model/complete-rows.ts";
import type { KeyArgument } from "../model/define-model.ts";
import { keyArgument } from "../model/key-argument.ts";
import type { Engine } from "../ports/engine.ts";
import type { Models } from "./nouns/models.ts";

/** The rows that make up the partitions. */
export interface SourceQuery {
  /** A table of the workspace, or a file (see `source.table` of the configuration). */
  readonly table?: string;
  /** A SELECT statement of the engine's SQL in place of the table. */
  readonly query?: string;
  /** A condition of the engine's SQL on the columns; all rows when left out. */
  readonly where?: string;
  /**
   * Leaves out series without a target value within this duration, such as `60d`, before the source's newest; all
   * series count when left out.
   */
  readonly active?: { readonly within: string };
  /** The key column, or several for a composite key. */
  readonly partitionBy: string | readonly string[];
  /** The columns to read; all when left out. */
  readonly columns?: readonly string[];
  /** The order of a partition's rows; the last column is the series' time. */
  readonly orderBy?: string | readonly string[];
  /**
   * Treatment of rows of one partition with the same time: fail that partition (`fail`, the default), keep them
   * (`keep`), or combine them by an aggregate of the target.
   */
  readonly duplicates?: RowRules["duplicates"];
  /** Adds rows at times without a row, with the target 0 or that of the row before. */
  readonly fill?: RowRules["fill"];
  /** Combines the rows of each day, week or month into one row: `{ to: "P1W", by: "sum" }`. */
  readonly resample?: RowRules["resample"];
  /** The target column of these options; `source.target` when left out. */
  readonly target?: string;
  /** The interval of all series, such as `P1D`, `P1M` or `PT1H`; each series' own when left out. */
  readonly interval?: string;
  /** The time zone of the times, such as `Europe/Berlin`; times are not converted when left out. */
  readonly timeZone?: string;
  /** The lower limit of forecasts and intervals: a number, or a column. */
  readonly lowerBound?: number | string;
  /** The upper limit of forecasts and intervals: a number, or a column. */
  readonly upperBound?: number | string;
  /** True to round intervals outwards to whole numbers. */
  readonly integer?: boolean;
  /**
   * Columns that drive series and are known ahead: their names, or objects with lags, leads, and a value for missing
   * ones.
   */
  readonly regressors?: StatedDrivers["regressors"];
  /** Parts of a step's time that drive series, such as `dayOfWeek`. */
  readonly calendar?: StatedDrivers["calendar"];
  /** Holidays of a country, or days of your own. */
  readonly holidays?: StatedDrivers["holidays"];
  /** The number of harmonics of each long season, or `auto`: `{ 365.25: "auto" }`. */
  readonly fourier?: StatedDrivers["fourier"];
  /** Columns that assign a series to groups. Their newest values are stored in `PARTITION_ATTRIBUTES`. */
  readonly attributes?: string | readonly string[];
  /**
   * The worth of a unit: a column, or an expression of the engine's SQL. Its newest value is stored as `UNIT_VALUE`.
   */
  readonly value?: string;
}

/** Partition keys of a source; composite keys are objects of column name to value. */
export type Keys = readonly KeyArgument[];

/** A workspace, as the verbs use it: its configuration, its engine, its registered models. */
export interface Workspace {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  readonly models: Models;
}

/** Returns the forecasts that count now by a configuration. */
export function currentForecasts({ register, batch, source }: LoadedConfig): CurrentForecasts {
  const { model, alias } = register;
  const time = source?.order_by?.at(-1);
  return {
    ...{ model, table: batch.output_table },
    ...(alias !== undefined && { alias }),
    ...(time !== undefined && { time }),
  };
}

/** Returns all partition keys of a source, in their order; NULL is a key. */
export async function keysOf(workspace: Workspace, source?: SourceQuery): Promise<Keys> {
  const snapshot = await snapshotOf(workspace, source);
  const keys = await workspace.engine.source.keys(snapshot, 0, snapshot.partitions);
  return keys.map((key) => keyArgument(snapshot.keyColumns, key));
}

/** Reads and pins a source as it is now: its columns, partitions and rows. */
export function snapshotOf(workspace: Workspace, source?: SourceQuery): Promise<Snapshot> {
  return workspace.engine.source.snapshot(dataQuery(workspace, source));
}

/** Returns the exports that bound forecasts of a source; of the configured one when left out. */
export function sourceBounds({ config }: Workspace, query?: SourceQuery): BoundExports | undefined {
  const { lowerBound, upperBound, integer } = query ?? {
    lowerBound: config.source?.lower_bound,
    upperBound: config.source?.upper_bound,
    integer: config.source?.integer,
  };
  return boundExports({ lower_bound: lowerBound, upper_bound: upperBound, integer });
}

/**
 * Returns the drivers that a source states; those of the configured source when left out. Undefined where none are
 * stated.
 */
export function sourceDrivers({ config }: Pick<Workspace, "config">, query?: SourceQuery): StatedDrivers | undefined {
  const { regressors, calendar, holidays, fourier } = query ?? config.source ?? {};
  const drivers = {
    ...(regressors !== undefined && { regressors }),
    ...(calendar !== undefined && { calendar }),
    ...(holidays !== undefined && { holidays }),
    ...(fourier !== undefined && { fourier }),
  };
  return Object.keys(drivers).length === 0 ? undefined : drivers;
}

/** Returns the attributes and the worth of a unit that a source states; of the configured one when left out. */
export function sourceAttributes({ config }: Workspace, query?: SourceQuery): StatedAttributes {
  const { attributes = [], value } = query ?? config.source ?? {};
  return { attributes: listOf(attributes), ...(value !== undefined && { value }) };
}

/**
 * Returns the query of a source; of the configured one when left out. @throws {ManymodelError} `config` if there is
 * none
 */
export function dataQuery(workspace: Workspace, query?: SourceQuery): DataQuery {
  const { source, file } = workspace.config;
  if (query !== undefined) {
    const { partitionBy, orderBy, duplicates = "fail", fill, resample, target = source?.target, ...others } = query;
    const { lowerBound: _lower, upperBound: _upper, integer: _integer, ...unbounded } = others;
    const { regressors: _r, calendar: _c, holidays: _h, fourier: _f, ...undriven } = unbounded;
    const { attributes: _attributes, value: _value, ...ungrouped } = undriven;
    const { table, query: select, where, active, timeZone, ...read } = ungrouped;
    if ((table === undefined) === (select === undefined))
      throw new ManymodelError("usage", "a source is either a table or a query; give one of them");
    return {
      ...read,
      ...(table === undefined ? { table: QUERY_TABLE } : { table: tablePath(workspace, table) }),
      ...(select !== undefined && { select }),
      ...(where !== undefined && { where }),
      ...(timeZone !== undefined && { zone: { name: timeZone } }),
      keyColumns: listOf(partitionBy),
      ...(orderBy !== undefined && { orderBy: listOf(orderBy) }),
      ...rulesOf({
        duplicates,
        ...(fill !== undefined && { fill: { ...fill, ...filledFrom(workspace) } }),
        ...(active !== undefined && { active: activeRule(active) }),
        ...(resample !== undefined && { resample }),
        target: target ?? "Y",
      }),
    };
  }
  if (source === undefined)
    throw new ManymodelError("config", `${file} has no source; add source.table and source.partition_by`);
  return {
    ...rowsOf(workspace, source.table),
    keyColumns: source.partition_by,
    ...(source.columns !== undefined && { columns: source.columns }),
    ...(source.order_by !== undefined && { orderBy: source.order_by }),
    ...rulesOf({
      duplicates: source.duplicates,
      ...(source.fill.with !== "missing" && {
        fill: { value: source.fill.with, until: source.fill.until, ...filledFrom(workspace) },
      }),
      ...(source.active !== undefined && { active: activeRule(source.active) }),
      ...(source.resample !== undefined && { resample: resampleRule(source.resample) }),
      target: source.target,
    }),
    ...(source.interval !== undefined && { interval: source.interval }),
    ...(source.time_zone !== undefined && { zone: { name: source.time_zone } }),
  };
}

/** Returns the table from which rows that are filled in take regressors. */
const filledFrom = (workspace: Workspace) => {
  const { future_table: table } = workspace.config.batch;
  return table === undefined ? {} : { futureTable: tablePath(workspace, table) };
};

const resampleRule = ({
  week_starts: weekStarts,
  ...rule
}: NonNullable<NonNullable<LoadedConfig["source"]>["resample"]> & {
  readonly week_starts?: ResampleRule["weekStarts"];
}) => ({
  ...rule,
  ...(weekStarts !== undefined && { weekStarts }),
});

const activeRule = ({ within }: { readonly within: string }) => ({
  withinMs: parseDuration("source.active.within", within),
});

/**
 * Returns the rows that a table's name means: those of the configured source with its query and its condition, and those
 * that a run was trained on with that run's.
 */
export function rowsOf(workspace: Workspace, table: string, trained?: SourceRows): SourceRows {
  const { source } = workspace.config;
  const name = tablePath(workspace, table);
  const isConfigured = source !== undefined && table === source.table;
  const { select, where } = isConfigured
    ? { select: source.query, where: source.where }
    : trained?.table === name
      ? trained
      : {};
  return { table: name, ...(select !== undefined && { select }), ...(where !== undefined && { where }) };
}

const listOf = (names: string | readonly string[]) => (typeof names === "string" ? [names] : names);

/** Returns a table's name as it is, or a path made absolute: relative paths mean the configuration's directory. */
export function tablePath({ config, engine }: Pick<Workspace, "config" | "engine">, table: string): string {
  if (table === QUERY_TABLE) return table;
  const isName = engine.tables.hasSchemas ? !/[/\\]/.test(table) : /^[A-Za-z_][A-Za-z0-9_]*$/.test(table);
  return isName ? table : path.resolve(config.directory, table);
}
