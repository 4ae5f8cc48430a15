import type { ColumnInfo } from "./columns/column.ts";
import type { PlainData } from "./columns/plain-data.ts";
import { ManymodelError, show } from "./errors.ts";
import type { Launcher } from "./launcher.ts";
import type { MetricDeclarations } from "./metric.ts";
import type { KeyColumn } from "./partition-key.ts";
import type { RunState } from "./states.ts";

/**
 * Ways to dispatch a run's chunks. `tasks`: all of them at once, each must end. `queue`: fed to workers best first, as
 * long as there is time. `local`: in the calling process, for developing a body.
 */
export const RUN_MODES = ["tasks", "queue", "local"] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** The limits of a run in queue mode, in milliseconds from its first claim. */
export interface QueueLimits {
  /** Then no chunk is begun any more; those that were are ended. Null: none. */
  readonly timeBudgetMs: number | null;
  /** Then what still runs ends as failed. Null: none. */
  readonly hardDeadlineMs: number | null;
}

/** The aggregates of rows of one partition with the same time, where they are not to fail it. */
export const AGGREGATES = ["sum", "mean", "last", "first", "max", "min"] as const;

/** Values of rows that are filled in. */
export const FILL_VALUES = ["zero", "forward"] as const;

/** The ends of filling rows in: the newest time at which any partition has a target, or this one. */
export const FILL_ENDS = ["panel", "series"] as const;

/** Rules for the series of a source that are used. */
export interface SeriesRules {
  /**
   * A series has ended if its newest row with a target is older than the source's newest by more than this many
   * milliseconds. Series without a target have not ended. All series are used when left out.
   */
  readonly active?: { readonly withinMs: number };
}

/** The way in which the targets of rows become one step of a coarser grid. */
export const RESAMPLINGS = ["sum", "mean"] as const;

/** The values of rows that are filled in, and how far they go. */
export interface FillRule {
  readonly value: (typeof FILL_VALUES)[number];
  readonly until: (typeof FILL_ENDS)[number];
  /** The table of what is known ahead: a row that is filled in has the regressors of its row there, if there is one. */
  readonly futureTable?: string;
}

/** The days of the week, of which Monday is 1. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A coarser grid, and what rows of one step of it become. */
export interface ResampleRule {
  readonly to: string;
  readonly by: (typeof RESAMPLINGS)[number];
  /** The day on which a week begins; Monday when left out. */
  readonly weekStarts?: (typeof WEEKDAYS)[number];
}

/** The rules for the rows of a partition before anything uses them (see `completeRows`). */
export interface RowRules extends SeriesRules {
  /**
   * The meaning of two rows of one partition with the same time: a failure of that partition (`fail`, the default),
   * nothing (`keep`), or one row.
   */
  readonly duplicates?: "fail" | "keep" | (typeof AGGREGATES)[number];
  /** Fills in rows at times of the interval that have none; none are when left out. */
  readonly fill?: FillRule;
  /** Makes the rows of each step of a coarser interval one row, after both of these (see `resampleRows`); as `P7D` has it. */
  readonly resample?: ResampleRule;
  /** The column that these are about; given where any of them needs it. */
  readonly target?: string;
}

/** Returns whether rows of one partition with the same time become one. */
export function mergesRows({ duplicates = "fail" }: RowRules): boolean {
  return duplicates !== "fail" && duplicates !== "keep";
}

/** The times of all partitions of a snapshot together. */
export interface Panel {
  /** The newest time of a row with a target: milliseconds since 1970, or a number; null without such rows. */
  readonly newest: number | null;
  /** The oldest such time. */
  readonly oldest?: number | null;
  /** The interval that the query states, else that of all times (see `detectInterval`); null if they keep none. */
  readonly interval: string | null;
  /** The number of rows later than the newest time, such as plans. */
  readonly later: number;
  /** The number of other rows with the partition and time of an earlier row. */
  readonly repeated: number;
}

/** The rows of a source, before they are grouped. */
export interface SourceRows {
  /** A table of the workspace, or a path to a `.csv`, `.parquet` or `.duckdb` file (see docs/configuration.md). */
  readonly table: string;
  /** A SELECT statement of the engine's SQL, whose rows stand for the table, which is then called `QUERY_TABLE`. */
  readonly select?: string;
  /** A condition of the engine's SQL on the columns: only rows that meet it are used. */
  readonly where?: string;
  /** One row for each key in place of these rows. */
  readonly newest?: NewestValues;
}

/** The newest value of each expression in the rows of a key that is not NULL; a row for each key has the keys and these. */
export interface NewestValues {
  readonly by: readonly string[];
  /** The column that tells which value is the newest; the greatest value counts when left out. */
  readonly time?: string;
  /** A column, or an expression of the engine's SQL over the columns, by the name that it gets. */
  readonly values: Readonly<Record<string, string>>;
}

/** Rows of a source that are not those of a table as it is. */
export type SelectedRows = Pick<SourceRows, "select" | "where">;

/**
 * Tells whether the database must select the rows of a source, so that nothing but the rows says whether they have
 * changed.
 */
export function selectsRows({ select, where }: SelectedRows): boolean {
  return select !== undefined || where !== undefined;
}

/** The name of a source whose rows are those of a query. */
export const QUERY_TABLE = "source.query";

/** The time zone of a source's times. */
export interface ZoneRule {
  /** Its name in the IANA database. Timestamps without a zone of their own are its clock readings. */
  readonly name: string;
  /**
   * The time of day, in milliseconds, that its clocks show at every row: rows are days, or longer, and their times are clock
   * readings. Null: rows are instants, and their times are UTC. The times themselves say when left out.
   */
  readonly timeOfDay?: number | null;
}

/** The rows that make up the partitions of a run or a batch, and their order. */
export interface DataQuery extends RowRules, SourceRows {
  /** The columns whose values tell partitions apart. */
  readonly keyColumns: readonly string[];
  /** The columns to read; all of the table's when left out. */
  readonly columns?: readonly string[];
  /** The order of rows; the last one that is not a key column is the series' time. */
  readonly orderBy?: readonly string[];
  /** The interval of all series, such as `P1D` (see `canonicalInterval` of `@manymodel/forecast/time`); each series' own when left out. */
  readonly interval?: string;
  /** The time zone of the rows; times are taken as they are when left out. */
  readonly zone?: ZoneRule;
}

/** Returns the interval that a query states for the series that it gives: of a coarser grid, if it makes one. */
export function statedInterval({ resample, interval }: Pick<DataQuery, "resample" | "interval">): string | undefined {
  return resample?.to ?? interval;
}

/** Returns the query of a table of what is known ahead, whose rows have the grid of the input's. */
export function futureQuery({ keyColumns, resample, zone }: DataQuery, table: string, time: string): DataQuery {
  return {
    ...{ table, keyColumns, orderBy: [time] },
    ...(resample !== undefined && { resample }),
    ...(zone !== undefined && { zone }),
  };
}

/** Source data as a run or a batch sees it: read once, pinned, grouped by partition and ordered. */
export interface Snapshot {
  readonly id: string;
  /** The fingerprint of the source as it was read: equal fingerprints mean equal data. */
  readonly fingerprint: string;
  readonly query: DataQuery;
  readonly keyColumns: readonly KeyColumn[];
  readonly columns: readonly ColumnInfo[];
  /** The column that orders a series in time, if there is one. */
  readonly timeColumn: string | null;
  /** True if the source's times are instants, which have a zone or an offset of their own. */
  readonly hasInstants?: boolean;
  /** The time zone of the times, where the query names one. */
  readonly zone?: Required<ZoneRule>;
  /** The number of partitions in use. They have the positions below this number, in the order of their keys. */
  readonly partitions: number;
  /**
   * The number of partitions that have ended (see `SeriesRules`). They have the positions after these. None when left
   * out.
   */
  readonly ended?: number;
  /** Rows of the partitions that are used, as they are in the source. */
  readonly rows: number;
  /** The panel, where rows are completed. */
  readonly panel?: Panel;
  /** The pinned table of what is known ahead, where rows that are filled in take regressors from it (see `FillRule`). */
  readonly future?: Snapshot;
  /** The SHA-256 of the files, or of the rows, that hold what is pinned, in hexadecimal, where the engine keeps one. */
  readonly sha256?: { readonly keys: string; readonly data: string };
}

/** Returns the ids of everything that a snapshot reads; the same ids mean the same rows. */
export function snapshotIds({ id, future }: Pick<Snapshot, "id" | "future">): string[] {
  return future === undefined ? [id] : [id, future.id];
}

/** Tells whether the partition at a position of a snapshot is in use: it is there, and has not ended. */
export function isActive({ partitions }: Pick<Snapshot, "partitions">, ordinal: number): boolean {
  return ordinal >= 0 && ordinal < partitions;
}

/** Tells whether the partition at a position of a snapshot has ended (see `SeriesRules`). */
export function hasEnded({ partitions }: Pick<Snapshot, "partitions">, ordinal: number): boolean {
  return ordinal >= partitions;
}

/** A bundled model definition, by its hash. Without `predicts`, its runs cannot be registered. */
export interface DefinitionInfo {
  readonly sha256: string;
  readonly name: string;
  readonly predicts: boolean;
  /** True if the definition learns what its partitions' models share; left out otherwise. */
  readonly learns?: true;
  /** The metrics that the definition declares, where it declares any. */
  readonly metrics?: MetricDeclarations;
  /** The columns that `predict` returns beside its forecast, where the definition declares any. */
  readonly output?: readonly ColumnInfo[];
}

/** The pinned plan of a run: everything that decides its results. Written once, as `runs/<run_id>/manifest.json`. */
export interface RunManifest {
  readonly runId: string;
  readonly createdAt: string;
  readonly packageVersion: string;
  readonly mode: RunMode | "champions" | "patch" | "changed";
  readonly snapshot: Snapshot;
  /** The name under which the definition receives its partition's key. */
  readonly keyArg: string;
  readonly definition: DefinitionInfo;
  /** The model that was named instead of the configured one, exactly as named. */
  readonly model?: string;
  readonly exports: PlainData;
  readonly seed: number;
  readonly partitions: number;
  readonly chunks: number;
  readonly maxAttempts: number;
  /** The most milliseconds for one partition; null for no limit. */
  readonly fitTimeoutMs: number | null;
  /** The number of partitions that may fail. Beyond it no further chunk starts; null for no limit. */
  readonly maxFailed: number | null;
  /** The limits of queue mode. */
  readonly limits: QueueLimits | null;
  /** The run whose partitions this run improves. */
  readonly refines: string | null;
  /** The launcher that runs its chunks as tasks; workers claim the chunks when it is absent. */
  readonly fleet?: Launcher;
  /** The runs whose best partitions these are, and the metric that decided. */
  readonly champions?: { readonly runs: readonly string[]; readonly metric: string };
  /** The run whose partitions were replaced, and the run that replaced them. */
  readonly patch?: { readonly of: string; readonly by: string };
  /**
   * The run whose partitions with unchanged data are carried over, and the run that trained the others; null if no
   * partition changed.
   */
  readonly changed?: { readonly since: string; readonly by: string | null };
}

/** Counts of partitions by outcome. */
export interface OutcomeCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Number of partitions that never started: the run's time budget had run out, or it was cancelled. */
  readonly skipped: number;
}

/** The summary in a run's index. It is stored with the run, so that registering a version reads nothing else. */
export interface IndexSummary extends OutcomeCounts {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly segments: number;
}

/** A run, as the catalog records it. */
export interface RunRecord {
  readonly runId: string;
  readonly state: RunState;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly manifest: RunManifest | null;
  readonly index: IndexSummary | null;
  readonly error: string | null;
}

/** The form of ids and names that become part of a path. */
export const NAME_RULE = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  words: "letters, digits, _ . and -, starting with a letter or digit, at most 128",
} as const;

/** Names by which a body receives something else than its partition's key. */
export const RESERVED_ARGUMENTS: readonly string[] = [
  "data",
  "exports",
  "seed",
  "model",
  "horizon",
  "levels",
  "future",
  "axis",
];

/** Checks a run id, model name, version or table name: it becomes part of a path, so its form is restricted. */
export function checkName(role: string, name: string, pattern: "id" | "table" = "id"): string {
  const ok = pattern === "id" ? NAME_RULE.pattern : /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
  if (typeof name === "string" && ok.test(name)) return name;
  const rule = pattern === "id" ? NAME_RULE.words : "letters, digits and _, not starting with a digit, at most 128";
  throw new ManymodelError("usage", `${role} ${show(name)} is not allowed: use ${rule}`);
}

/** Checks how many of something there are to be. @throws {ManymodelError} `usage` unless it is an integer of at least 1 */
export function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ManymodelError("usage", `${name} is ${show(value)}; it must be an integer of at least 1`);
}

/** The most steps that are forecast: of daily data more than a century. */
export const LONGEST_HORIZON = 50_000;

/** Checks how many steps to forecast. @throws {ManymodelError} `usage` unless it is an integer from 1 to 50,000 */
export function checkHorizon(value: number): void {
  checkCount("horizon", value);
  if (value > LONGEST_HORIZON)
    throw new ManymodelError("usage", `horizon is ${value}; it may be at most ${LONGEST_HORIZON} steps`);
}

/** Returns a new run id: the mode, the time to the second, and four random hexadecimal digits. */
export function newRunId(prefix: string, now: Date, random: () => number): string {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "_");
  const suffix = Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `${prefix}_${stamp}_${suffix}`;
}
