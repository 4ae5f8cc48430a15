/**
 * The messages between the dashboard's server and its page, as JSON. These are types, of which the page's bundle has
 * nothing. Times are ISO texts, durations milliseconds. `null` means unknown or absent.
 */
import type { Histogram } from "../core/histogram.ts";
import type { ChunkState, Outcome, RunState, SkipReason } from "../core/states.ts";

export type { Outcome, RunState };

/** One letter a chunk: waiting, available, leased, finished, failed, skipped. */
export const CHUNK_LETTERS = {
  w: "waiting",
  a: "available",
  l: "leased",
  f: "finished",
  x: "failed",
  s: "skipped",
} as const satisfies Record<string, ChunkState>;
export type ChunkLetter = keyof typeof CHUNK_LETTERS;

/** The user of the page, and their role. */
export interface Session {
  /** Null: whoever uses this machine, where no token is needed. */
  readonly name: string | null;
  readonly role: string;
  readonly mayMoveAliases: boolean;
  /** True for a role that sets overrides and writes notes. */
  readonly mayOverride: boolean;
  /** True for a role that starts commands and cancels runs. */
  readonly mayStart: boolean;
  /** True if the configuration names a hierarchy of forecasts that add up. */
  readonly hasHierarchy: boolean;
  readonly version: string;
  readonly workspace: string;
}

/** A run as the list of runs shows it. */
export interface RunLine {
  readonly runId: string;
  readonly state: RunState;
  /** True if it is running, but no worker is left on it. It can be resumed. */
  readonly stalled: boolean;
  /** Null where nothing was skipped, or it is not known of a run that collects others' models. */
  readonly skipReason: SkipReason | null;
  readonly mode: string | null;
  /** True if it has the models of other runs, and trained none itself. */
  readonly collects: boolean;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly source: string | null;
  /** The model as it was named, or the definition's name; null where the run collects others' models. */
  readonly definition: string | null;
  readonly partitions: number | null;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** The run of which some partitions were trained again, and whether that was to retry the failed ones as they were. */
  readonly refines: string | null;
  readonly retries: boolean;
  readonly error: string | null;
}

/** Partitions that failed alike: what their messages say is the same but for numbers, which are left out then. */
export interface FailureGroup {
  readonly type: string;
  readonly message: string;
  readonly count: number;
  /** The first keys, encoded, and as people read them. */
  readonly first: readonly { readonly key: string; readonly text: string }[];
}

/** The reasons why partitions of a run failed. */
export interface RunFailures {
  /** The most frequent first. */
  readonly groups: readonly FailureGroup[];
  /** The number of groups. */
  readonly kinds: number;
  /** Of a run in progress, partitions of committed chunks that were not counted yet. */
  readonly unread: number;
}

/** A worker on a run. */
export interface WorkerLine {
  readonly name: string;
  /** Null for one that holds a chunk without being on the roster. */
  readonly startedAt: string | null;
  readonly stopping: boolean;
  readonly chunk: number | null;
}

/** The progress of a run, at one moment. */
export interface RunProgress {
  readonly runId: string;
  readonly state: RunState;
  /** As in `RunLine`. Then it has no rate, no time left, and no workers. */
  readonly stalled: boolean;
  readonly skipReason: SkipReason | null;
  readonly at: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Partitions a second over the last half minute or so; null while it is not known. */
  readonly rate: number | null;
  /** The time that it still takes: until all is done, or a limit ends it; null while unknown. */
  readonly left: {
    readonly seconds: number;
    readonly until: "done" | "budget" | "deadline";
    /** The number of partitions that have not started by then, at this rate. */
    readonly untouched: number;
  } | null;
  /** The chunks' states, one letter each in the order of their numbers (see `CHUNK_LETTERS`). */
  readonly chunks: string;
  readonly workers: readonly WorkerLine[];
  /** Chunks that were tried more than once, with what went wrong, the latest first. */
  readonly retries: readonly { readonly chunk: number; readonly attempt: number; readonly error: string }[];
  /** Milliseconds since the run was planned, those without any worker included. */
  readonly elapsedMs: number;
  /** True if workers were lost, so that it may have stood still for a while. */
  readonly interrupted: boolean;
  /** The milliseconds that it may take from the first claim on, and the share it has used; null without a limit. */
  readonly budgetMs: number | null;
  readonly budgetUsedMs: number | null;
  readonly deadlineMs: number | null;
}

/** A run in detail. */
export interface RunDetail extends RunLine {
  readonly seed: number | null;
  readonly rows: number | null;
  /** The number of series of the source that had ended, and were not trained. */
  readonly ended: number;
  readonly keyColumns: readonly string[];
  readonly timeColumn: string | null;
  readonly target: string | null;
  readonly exports: unknown;
  readonly packageVersion: string | null;
  readonly definitionSha256: string | null;
  readonly stageBytes: number | null;
  readonly champions: readonly string[];
  /** Of a run with models of others, the number of partitions of each run, the most first. */
  readonly from: readonly { readonly runId: string; readonly partitions: number }[];
  readonly versions: readonly { readonly model: string; readonly version: string }[];
  readonly progress: RunProgress;
}

/** The columns that sort and filter a run's table of partitions. */
export interface PartitionsHead {
  readonly runId: string;
  readonly partitions: number;
  /**
   * Of a run that is not completed: how many of them are done with, how many of those are committed (a chunk that failed
   * as a whole is not), and how many are there to be seen. Null: all are.
   */
  readonly progress: { readonly there: number; readonly committed: number; readonly done: number } | null;
  readonly metrics: readonly string[];
  /** The metric to begin with: what the errors of the holdout lose, by value or units, where it is known. */
  readonly metric: string | null;
  /** The metrics of which more is better. */
  readonly higherBetter: readonly string[];
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** Attributes to filter and group by; a value of null is none. */
  readonly attributes: readonly {
    readonly name: string;
    readonly values: readonly { readonly value: string | null; readonly count: number }[];
  }[];
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly failures: readonly FailureGroup[];
}

/** The table is being made from the run's segments. */
export interface Preparing {
  readonly preparing: { readonly done: number; readonly total: number };
}

/** One row of the table of partitions. */
export interface PartitionRow {
  /** The encoded key, and as people read it. */
  readonly key: string;
  readonly text: string;
  readonly outcome: Outcome;
  readonly kind: string | null;
  readonly nObs: number;
  readonly fitMs: number;
  readonly error: string | null;
  /** In the order of `PartitionsHead.metrics` that were asked for. */
  readonly metrics: readonly (number | null)[];
}

/** Some rows of the table. */
export interface PartitionPage {
  readonly matched: number;
  readonly offset: number;
  readonly metrics: readonly string[];
  readonly rows: readonly PartitionRow[];
  readonly tookMs: number;
}

/** A small picture of a series: its end, and what was forecast. */
export interface SmallSeries {
  readonly key: string;
  readonly text: string;
  readonly value: number | null;
  readonly history: readonly (number | null)[];
  readonly forecast: readonly (number | null)[];
}

/** A line of values over the steps of a series. */
export type Line = readonly (number | null)[];

/** Point forecasts with bounds, one array a level. */
export interface Fan {
  readonly mean: Line;
  readonly levels: readonly number[];
  readonly lower: readonly Line[];
  readonly upper: readonly Line[];
}

/** One partition of a run, with everything that is known of it. */
export interface SeriesDetail {
  readonly key: string;
  readonly text: string;
  readonly keyColumns: readonly { readonly name: string; readonly value: string }[];
  readonly runId: string;
  /** The run that the model comes from, where the run collects those of others. */
  readonly fromRun: string;
  readonly outcome: Outcome;
  readonly errorType: string | null;
  readonly errorMessage: string | null;
  readonly kind: string | null;
  /** The model in one line, and as it is stored (null where it is too long to show). */
  readonly label: string | null;
  readonly model: unknown;
  readonly modelBytes: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly record: {
    readonly chunk: number;
    readonly attempt: number;
    readonly worker: string | null;
    readonly fitMs: number;
    readonly seed: number;
    readonly nObs: number;
    readonly firstTs: string | null;
    readonly lastTs: string | null;
    readonly interval: string | null;
    readonly dataSha256: string | null;
    readonly segment: string;
  };
  readonly contest: Contest | null;
  /** The end of what the body printed; null if it printed nothing. */
  readonly log: string | null;
  /** The info that the body returned, where it is not a contest's. */
  readonly info: unknown;
  readonly series: SeriesPicture | null;
  /** The latest alarm of monitoring; null if there is none. */
  readonly alarm: SeriesAlarm | null;
  /** Notes on a missing picture, or a missing part of it. */
  readonly notes: readonly string[];
}

/** The overrides in force of a partition, and the notes on it. */
export interface Planned {
  readonly overrides: readonly {
    readonly time: string;
    readonly value: number;
    readonly reason: string;
    readonly expiresAt: string | null;
    readonly by: string;
  }[];
  readonly notes: readonly { readonly id: string; readonly text: string; readonly by: string; readonly at: string }[];
}

/** The findings of monitoring for a partition. */
export interface SeriesAlarm {
  readonly verdict: string;
  readonly reasons: string;
  /** The time from which on its forecasts are worse; null where there is none. */
  readonly since: string | null;
}

/** A partition of a run in progress that there is nothing to say of yet. */
export interface SeriesPending {
  readonly pending: {
    readonly text: string;
    readonly chunk: number;
    /** The position of the chunk in `RunProgress.chunks`, and its letter there at this time. */
    readonly at: number;
    readonly letter: ChunkLetter;
    /** The error of the chunk, if it has one. */
    readonly error: string | null;
  };
}

/** The contest for a partition. */
export interface Contest {
  readonly winner: string;
  readonly reason: string;
  readonly metric: string;
  readonly ranking: readonly {
    readonly name: string;
    readonly score: number | null;
    readonly mase: number | null;
    readonly smape: number | null;
    readonly ms: number | null;
    readonly failure: string | null;
  }[];
}

/** A series with what its model says of it. Steps are counted from 0; `times` has one label for each, forecasts included. */
export interface SeriesPicture {
  readonly target: string;
  /** Observations per season of each season; none or 1 without any. */
  readonly periods: readonly number[];
  /** Milliseconds since 1970, or plain numbers; null where the series has no times. */
  readonly times: readonly number[] | null;
  readonly timeType: "date" | "timestamp" | "number";
  readonly y: Line;
  /** The number of steps that the model was fitted to. Those after them are newer rows of the table. */
  readonly trained: number;
  /** Notes on the newer rows; null if there are none. */
  readonly newer: NewerRows | null;
  /** The time from which on monitoring finds the forecasts worse, as in `times`. */
  readonly since: number | null;
  readonly fitted: Line | null;
  /** After the last of `y`; after the last of those that the model was fitted to, where it did not take in the newer ones. */
  readonly forecast: Fan | null;
  /** The point forecasts that the model made when it was fitted, for the steps after those. Null: `forecast` is that. */
  readonly earlier: Line | null;
  /** Observations held out at the end to measure the errors; 0 for none. */
  readonly holdout: number;
  /** Holidays, and drivers that are on or off: their steps, and the effect in units of the target where it is known. */
  readonly marks: readonly {
    readonly name: string;
    readonly isHoliday: boolean;
    readonly effect: number | null;
    readonly steps: readonly number[];
  }[];
  /** The effect of each regressor that drives the series, in units of the target. */
  readonly effects: readonly {
    readonly name: string;
    readonly effect: number;
    readonly standardError: number | null;
  }[];
  /** The methods whose holdout can be drawn, the run's own first. */
  readonly methods: readonly string[];
  /** The next steps against the last ones and those of last year; null without a forecast. */
  readonly stretch: Stretch | null;
  readonly components: Components | null;
  readonly diagnostics: Diagnostics | null;
}

/** Sums over a stretch of time, to compare it with others. */
export interface Stretch {
  readonly steps: number;
  /** The sum of what is forecast over the next steps. */
  readonly next: number | null;
  /** Of what was observed over as many last steps, and at the same steps a year before; null where not all of them are known. */
  readonly last: number | null;
  readonly lastYear: number | null;
}

/** Rows of the table that are newer than the model. */
export interface NewerRows {
  readonly table: string;
  /** Up to when the model has seen data, and up to when the table has any; null where that is not known. */
  readonly seen: string;
  readonly latest: string | null;
  /** The reason why they cannot be shown; null if they are. */
  readonly why: string | null;
  /** True if `forecast` starts after the newest row. */
  readonly taken: boolean;
  /** The command that shows the current forecast in a terminal. */
  readonly command: string;
}

/** A series as a sum. */
export interface Components {
  /** `model`: of the model itself; `stl`: a decomposition of the series, whatever the model. */
  readonly source: "model" | "stl";
  readonly parts: readonly { readonly name: string; readonly values: Line }[];
}

/** A description of one-step errors. */
export interface Diagnostics {
  readonly residuals: Line;
  readonly acf: Line;
  /** Half the width of the band of ±1.96/√n that white noise keeps to. */
  readonly acfBound: number;
  readonly histogram: Histogram;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly ljungBox: {
    readonly statistic: number;
    readonly lag: number;
    readonly df: number;
    readonly pValue: number;
  } | null;
}

/** A method's forecast of the holdout, fitted to what is before it. */
export interface HoldoutForecast {
  readonly method: string;
  readonly forecast: Fan;
  readonly accuracy: Readonly<Record<string, number | null>>;
  readonly ms: number;
}

/** The spread of values. */
export interface Spread {
  readonly count: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly p10: number | null;
  readonly p90: number | null;
}

/** Two runs compared by a metric: B against A. */
export interface CompareDetail {
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  readonly better: "lower" | "higher" | "zero";
  readonly metrics: readonly string[];
  /** A caution to read first; null if there is none. */
  readonly warning: string | null;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Partitions of either run that have no value of the metric in A or in B, and those that failed in A, and in B. */
  readonly uncompared: { readonly count: number; readonly failedA: number; readonly failedB: number };
  readonly spreadA: Spread;
  readonly spreadB: Spread;
  readonly change: Spread;
  /** Of B - A where it is not zero. What is beyond it counts in the outer bins. */
  readonly histogram: Histogram;
  readonly changesBeyond: number;
  /** The pairs that changed most, some of the others, evenly spread, and some of those beyond the axis. */
  readonly dots: readonly CompareLine[];
  /** The axis of both: from where to where, and how many pairs are beyond. */
  readonly axis: readonly [from: number, to: number];
  readonly pairsBeyond: number;
  readonly best: readonly ComparedPartition[];
  readonly worst: readonly ComparedPartition[];
}

export interface CompareLine {
  readonly key: string;
  readonly text: string;
  readonly a: number;
  readonly b: number;
  /** The improvement of B over A in the metric's scale; negative if it is worse. */
  readonly gain: number;
}

/** A partition with the kinds of its models in both runs. */
export interface ComparedPartition extends CompareLine {
  readonly kindA: string | null;
  readonly kindB: string | null;
}

/** A registered model. */
export interface ModelLine {
  readonly model: string;
  readonly versions: readonly VersionLine[];
  readonly aliases: readonly { readonly alias: string; readonly version: string; readonly changedAt: string }[];
}

export interface VersionLine {
  readonly version: string;
  readonly createdAt: string;
  readonly runId: string;
  readonly definition: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytes: number;
  readonly horizon: number;
  readonly parent: string | null;
  readonly comment: string | null;
}

/** One model: where its versions come from, and what was done to it. */
export interface ModelDetail extends ModelLine {
  readonly graph: {
    readonly nodes: readonly GraphNode[];
    readonly edges: readonly { readonly from: string; readonly to: string; readonly why: string }[];
  };
  readonly audit: readonly {
    readonly at: string;
    readonly by: string;
    readonly action: string;
    readonly version: string | null;
    readonly details: string;
  }[];
}

export interface GraphNode {
  readonly id: string;
  readonly kind: "source" | "run" | "version" | "alias";
  readonly label: string;
  readonly note: string;
}

/** The differences of a version. */
export interface DiffDetail {
  readonly before: string;
  readonly after: string;
  readonly unchanged: number;
  readonly added: number;
  readonly lost: number;
  readonly changed: number;
  /** A caution about the means; null if there is none. */
  readonly warning: string | null;
  /** The first of those that changed. */
  readonly keys: readonly { readonly key: string; readonly text: string }[];
  readonly metrics: readonly {
    readonly metric: string;
    readonly partitions: number;
    readonly before: number;
    readonly after: number;
  }[];
}

/** An answer that is none. */
export interface WireError {
  readonly error: { readonly kind: string; readonly message: string };
}

/** The accuracy of one version's forecasts. */
export interface MonitorDetail {
  readonly models: readonly { readonly model: string; readonly version: string }[];
  readonly model: string;
  readonly version: string;
  /** The latest monitoring run; null before there was one. */
  readonly monitoredAt: string | null;
  readonly verdicts: readonly { readonly verdict: string; readonly count: number }[];
  /** Over all partitions, by the time that was forecast, oldest first. */
  readonly days: readonly MonitorDay[];
  readonly levels: readonly number[];
}

/** The reports of batches of readings. */
export interface ReadingsDetail {
  readonly kinds: readonly { readonly kind: string; readonly sensors: number; readonly readings: number }[];
  /** The latest, newest first. */
  readonly events: readonly {
    readonly key: string;
    readonly text: string;
    readonly kind: string;
    readonly since: string;
    readonly readings: number;
    /** The largest error in standard deviations; null where readings are missing. */
    readonly score: number | null;
  }[];
}

/** Some of the partitions that the latest monitoring run judged. */
export interface MonitorPage {
  readonly matched: number;
  readonly offset: number;
  readonly rows: readonly {
    readonly key: string;
    readonly text: string;
    readonly verdict: string;
    readonly reasons: string;
    readonly severity: number | null;
    readonly ratio: number | null;
    readonly since: string | null;
    readonly runId: string;
  }[];
}

export interface MonitorDay {
  readonly time: string;
  readonly forecasts: number;
  /** Mean absolute error over the series' own scale. */
  readonly scaledError: number | null;
  readonly meanError: number | null;
  /** The share inside, in percent, by level. */
  readonly coverage: readonly (number | null)[];
}
