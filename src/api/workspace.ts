import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { CurrentForecasts } from "../core/current-forecasts.ts";
import { ManymodelError } from "../core/errors.ts";
import type { DataQuery, RowRules, Snapshot } from "../core/run.ts";
import { rulesOf } from "../model/complete-rows.ts";
import type { KeyArgument } from "../model/define-model.ts";
import { keyArgument } from "../model/key-argument.ts";
import type { Engine } from "../ports/engine.ts";
import type { Models } from "./nouns/models.ts";

/** The rows that make up the partitions. */
export interface SourceQuery {
  /** A table of the workspace, or a file (see `source.table` of the configuration). */
  readonly table: string;
  /** The key column, or several for a composite key. */
  readonly partitionBy: string | readonly string[];
  /** The columns to read; all when left out. */
  readonly columns?: readonly string[];
  /** The order of a partition's rows; the last column is the series' time. */
  readonly orderBy?: string | readonly string[];
  /**
   * Rows of one partition with the same time: fail that partition (`fail`, the default), keep them (`keep`), or make one of
   * them by an aggregate of the target.
   */
  readonly duplicates?: RowRules["duplicates"];
  /** Fills in rows at times that have none: with the target 0, or that of the row before. */
  readonly fill?: RowRules["fill"];
  /** The column that both are about; `source.target` when left out. */
  readonly target?: string;
  /** The interval of all series, such as `P1D`, `P1M` or `PT1H`; each series' own when left out. */
  readonly interval?: string;
}

/** Partition keys of a source; composite keys are objects of column name to value. */
export type Keys = readonly KeyArgument[];

/** A workspace as the verbs see it: its configuration, its engine, its registered models. */
export interface Workspace {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  readonly models: Models;
}

/** The forecasts that count now by a configuration. */
export function currentForecasts({ register, batch }: LoadedConfig): CurrentForecasts {
  const { model, alias } = register;
  return { model, ...(alias !== undefined && { alias }), table: batch.output_table };
}

/** All partition keys of a source, in their order; NULL is a key. */
export async function keysOf(workspace: Workspace, source?: SourceQuery): Promise<Keys> {
  const snapshot = await snapshotOf(workspace, source);
  const keys = await workspace.engine.source.keys(snapshot, 0, snapshot.partitions);
  return keys.map((key) => keyArgument(snapshot.keyColumns, key));
}

/** Reads and pins a source as it is now: its columns, partitions and rows. */
export function snapshotOf(workspace: Workspace, source?: SourceQuery): Promise<Snapshot> {
  return workspace.engine.source.snapshot(dataQuery(workspace, source));
}

/** The query of a source; of the configured one when left out. @throws {ManymodelError} `config` if there is none */
export function dataQuery(workspace: Workspace, query?: SourceQuery): DataQuery {
  const { source, file } = workspace.config;
  if (query !== undefined) {
    const { partitionBy, orderBy, duplicates = "fail", fill, target = source?.target, ...others } = query;
    return {
      ...others,
      table: tablePath(workspace, query.table),
      keyColumns: listOf(partitionBy),
      ...(orderBy !== undefined && { orderBy: listOf(orderBy) }),
      ...rulesOf({ duplicates, ...(fill !== undefined && { fill }), target: target ?? "Y" }),
    };
  }
  if (source === undefined)
    throw new ManymodelError("config", `${file} has no source; add source.table and source.partition_by`);
  return {
    table: tablePath(workspace, source.table),
    keyColumns: source.partition_by,
    ...(source.columns !== undefined && { columns: source.columns }),
    ...(source.order_by !== undefined && { orderBy: source.order_by }),
    ...rulesOf({
      duplicates: source.duplicates,
      ...(source.fill.with !== "missing" && { fill: { value: source.fill.with, until: source.fill.until } }),
      target: source.target,
    }),
    ...(source.interval !== undefined && { interval: source.interval }),
  };
}

const listOf = (names: string | readonly string[]) => (typeof names === "string" ? [names] : names);

/** A table's name as it is, or a path made absolute: relative paths mean the configuration's directory. */
export function tablePath({ config, engine }: Pick<Workspace, "config" | "engine">, table: string): string {
  const isName = engine.tables.hasSchemas ? !/[/\\]/.test(table) : /^[A-Za-z_][A-Za-z0-9_]*$/.test(table);
  return isName ? table : path.resolve(config.directory, table);
}
