import { hostname, userInfo } from "node:os";
import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { ManymodelError } from "../core/errors.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";
import type { KeyArgument } from "../model/define-model.ts";
import { keyArgument } from "../model/key-argument.ts";
import type { Engine } from "../ports/engine.ts";
import { Registry } from "./registry.ts";

/** Which rows make up the partitions; the seed's `data_query`. */
export interface LoopQuery {
  /** A table of the workspace, or a file (see `source.table` of the configuration). */
  readonly table: string;
  /** One column, or several for a composite key. */
  readonly keyColumn: string | readonly string[];
  /** The columns to read; all when left out. */
  readonly columns?: readonly string[];
  /** The order of a partition's rows; the last column is the series' time. */
  readonly orderBy?: readonly string[];
  /** Two rows of one partition with the same time: fail that partition (default), or keep both. */
  readonly duplicates?: "fail" | "keep";
  /** The interval of all series, such as `P1D`, `P1M` or `PT1H`; each series' own when left out. */
  readonly interval?: string;
}

/** A list of all partition keys of the source, for `foreach`; composite keys are objects of column name to value. */
export type Keys = readonly KeyArgument[];

/** An open workspace: its configuration, its engine, its data, and the registry. */
export class Workspace {
  readonly config: LoadedConfig;
  readonly engine: Engine;
  readonly registry: Registry;

  constructor(config: LoadedConfig, engine: Engine) {
    this.config = config;
    this.engine = engine;
    this.registry = new Registry(engine, (table) => this.table(table), actor());
  }

  /** All partition keys of the configured source, or of the one given, in their order; NULL is a key. */
  async keys(query?: LoopQuery): Promise<Keys> {
    const snapshot = await this.snapshot(query);
    const keys = await this.engine.source.keys(snapshot, 0, snapshot.partitions);
    return keys.map((key) => keyArgument(snapshot.keyColumns, key));
  }

  /** The configured source, or the one given, as it is now: its columns, partitions and rows, read and pinned. */
  snapshot(query?: LoopQuery): Promise<Snapshot> {
    return this.engine.source.snapshot(this.dataQuery(query));
  }

  /** The query given, or the configured one. */
  dataQuery(query?: LoopQuery): DataQuery {
    const { source, file } = this.config;
    if (query !== undefined) {
      const { keyColumn, duplicates = "fail", ...rest } = query;
      const keyColumns = typeof keyColumn === "string" ? [keyColumn] : keyColumn;
      return { ...rest, table: this.table(query.table), keyColumns, duplicates };
    }
    if (source === undefined)
      throw new ManymodelError("config", `${file} has no source; add source.table and source.partition_by`);
    return {
      table: this.table(source.table),
      keyColumns: source.partition_by,
      ...(source.columns !== undefined && { columns: source.columns }),
      ...(source.order_by !== undefined && { orderBy: source.order_by }),
      duplicates: source.duplicates,
      ...(source.interval !== undefined && { interval: source.interval }),
    };
  }

  /** A table's name as it is, or a path made absolute: relative paths mean the configuration's directory. */
  table(table: string): string {
    const isName = this.engine.tables.hasSchemas ? !/[/\\]/.test(table) : /^[A-Za-z_][A-Za-z0-9_]*$/.test(table);
    return isName ? table : path.resolve(this.config.directory, table);
  }

  /** Releases the workspace. */
  close(): Promise<void> {
    return this.engine.close();
  }
}

/** Who uses this process, as the audit log names them. */
function actor(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
}
