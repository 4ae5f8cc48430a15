import type { DemandClass } from "@manymodel/forecast";
import type { DataQuery } from "../core/run.ts";
import type { PeriodRule } from "../model/period-rule.ts";
import type { MethodTrials } from "./method-trials.ts";
import type { RelativeError } from "./relative-error.ts";
import type { Sample } from "./sampled-series.ts";

/** Options of `advise`. */
export interface AdviseSpec {
  readonly query: DataQuery;
  /** The column to forecast. */
  readonly target: string;
  /** Observations per season; 1 to have it looked for; several or `auto`: what most of the sample has by this rule. */
  readonly period: PeriodRule;
  /** Steps to forecast; shortened where the series are too short to hold so many out. */
  readonly horizon: number;
  /** The number of partitions to look at. */
  readonly sample: number;
  readonly seed: number;
  /** Milliseconds for trying the built-in methods. */
  readonly budgetMs: number;
  /** Workers of the run that is estimated. */
  readonly workers: number;
}

/** The properties of the source, as far as the sample tells. */
export interface Profile {
  readonly partitions: number;
  readonly rows: number;
  readonly sampled: number;
  readonly unusable: Sample["unusable"];
  /** Of the sampled series at their own interval: least, median, most. */
  readonly length: readonly [number, number, number];
  readonly intervals: Readonly<Record<string, number>>;
  /** Share of the series with gaps, and of all their steps that are missing. */
  readonly withGaps: number;
  readonly missing: number;
  readonly constant: number;
  readonly demand: Readonly<Record<DemandClass | "none", number>>;
  readonly period: number;
  /** The origin of the period: stated, most of the sample's by the stated rule, or detected in this share of it. */
  readonly periodFrom: "given" | "rule" | "found" | "none found";
  readonly periodShare: number;
  /** Medians; NaN where not defined. */
  readonly seasonalStrength: number;
  readonly trendStrength: number;
  readonly covariates: readonly { readonly name: string; readonly type: string; readonly missing: number }[];
}

/** Mean MASE of each, and how models of their own compare with the pooled one and with the naive method. */
export interface Evidence {
  readonly series: number;
  readonly leftOut: number;
  readonly horizon: number;
  readonly methods: Readonly<Record<string, number>>;
  readonly mase: { readonly own: number; readonly naive: number; readonly pooled: number };
  readonly ownToPooled: RelativeError;
  readonly ownToNaive: RelativeError;
  readonly pooledToNaive: RelativeError;
  readonly pooledRows: number;
}

/** Advice, and the evidence for it. */
export interface Advice {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly profile: Profile;
  readonly evidence: Evidence;
  /** Accuracy and time of every built-in method on the sample. */
  readonly methods: MethodTrials;
  readonly cost: Cost;
}

/** One model per partition, one for all, or no difference that the sample can show. */
export type Verdict = "many" | "global" | "either" | "unknown";

/** The cost of training all partitions. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly modelBytes: number;
  readonly pooledSeconds: number;
  /** Bytes of memory: the process's own, for each worker. */
  readonly memoryBytes: number;
  readonly pooledBytes: number;
}
