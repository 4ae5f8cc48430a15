import {
  calendarPeriods,
  type DemandClass,
  detectPeriods,
  type Features,
  features,
  random,
  shuffled,
} from "@manymodel/forecast";
import { median } from "@manymodel/forecast/stats";
import { at, zip } from "../core/aligned.ts";
import { matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { checkCount, checkHorizon } from "../core/run.ts";
import type { PeriodRule } from "../model/period-rule.ts";
import { seriesPeriod } from "../model/series-period.ts";
import type { Engine } from "../ports/engine.ts";
import type { Advice, AdviseSpec, Cost, Evidence, Profile, Verdict } from "./advice.ts";
import { type Backtest, backtest } from "./backtest.ts";
import { tryMethods } from "./method-trials.ts";
import { firstNonNumber } from "./non-number.ts";
import { notesOf } from "./notes.ts";
import { relativeError } from "./relative-error.ts";
import { type SampledSeries, sampledSeries } from "./sampled-series.ts";

/**
 * Says whether one model per partition or one for all is right, from a seeded sample: what the series are like, and how
 * a cheap model of each (theta, or SBA for intermittent demand) does on its holdout against one linear model of lags and
 * season for all, and against the seasonal naive method.
 *
 * @throws {ManymodelError} `input` if the target is not a column of numbers, or there are no partitions
 */
export async function advise(
  { source }: Pick<Engine, "source">,
  spec: AdviseSpec,
  clock: () => number = () => performance.now(),
): Promise<Advice> {
  checkCount("sample", spec.sample);
  checkHorizon(spec.horizon);
  const snapshot = await source.snapshot(spec.query);
  const { columns, keyColumns, timeColumn } = snapshot;
  const names = columns.map(({ name }) => name);
  const target = matchColumn(names, spec.target);
  const type = columns.find(({ name }) => name === target)?.type;
  if (target === undefined || (type !== "number" && type !== "integer"))
    throw new ManymodelError(
      "input",
      target === undefined
        ? `${spec.query.table} has no column ${show(spec.target)} (target); it has ${names.join(", ")}`
        : `column ${target} of ${spec.query.table} (target) holds ${type}s${await firstNonNumber(source, snapshot, target)}; a forecast needs numbers`,
    );
  if (snapshot.partitions === 0)
    throw new ManymodelError("input", `${spec.query.table} has no rows, so there is nothing to advise on`);
  const excluded = new Set([target, timeColumn, ...keyColumns.map(({ name }) => name)]);
  const covariates = columns.filter(({ name }) => !excluded.has(name));
  const { sample: size, seed } = spec;
  const sample = await sampledSeries(source, snapshot, { target, covariates, size, seed, clock });
  const { series } = sample;
  const season = seasonOf(series, spec.period);
  const looked = series.map(({ y }) => features(y, { period: y.length > 2 * season.period ? season.period : 1 }));
  const lengths = series.map(({ y }) => y.length).sort((a, b) => a - b);
  const horizon = Math.max(1, Math.min(spec.horizon, Math.floor(median(lengths) / 3) || 1));
  const demand = looked.map((feature) => feature.demand);
  const result = backtest(series, demand, { period: season.period, h: horizon, clock });
  const profile: Profile = {
    partitions: snapshot.partitions,
    rows: snapshot.rows,
    sampled: series.length + sample.unusable.length,
    unusable: sample.unusable,
    length: [lengths[0] ?? 0, median(lengths), lengths.at(-1) ?? 0],
    ...profileOf(series, looked),
    period: season.period,
    periodFrom: season.from,
    periodShare: season.share,
    covariates: covariates.map(({ name, type }, i) => ({
      name,
      type,
      missing: average(series.map((s) => at(s.missing, i))),
    })),
  };
  const evidence = evidenceOf(result, demand, horizon);
  const perPartition = (result.ownMs + sample.readMs / Math.max(1, profile.sampled)) / 1000;
  const cpuSeconds = perPartition * snapshot.partitions;
  const cost: Cost = {
    cpuSeconds,
    wallSeconds: cpuSeconds / Math.min(spec.workers, snapshot.partitions),
    modelBytes: Math.round(result.ownBytes * snapshot.partitions),
    pooledSeconds:
      (result.pooledMsPerThousand * snapshot.rows) / 1e6 +
      (sample.readMs / Math.max(1, sample.rows)) * (snapshot.rows / 1000),
    memoryBytes: process.memoryUsage.rss() * (1 + 0.4 * (Math.min(spec.workers, snapshot.partitions) - 1)),
    pooledBytes: 8 * result.pooledCoefficients * (result.pooledCoefficients + 1),
  };
  const { verdict, reasons } = judge(profile, evidence);
  const trials = shuffled([...zip(series, demand)], random(seed)).map(([{ y }, kind]) => ({ y, demand: kind }));
  const { budgetMs } = spec;
  const methods = tryMethods(trials, { period: season.period, h: horizon, budgetMs, clock });
  return { verdict, reasons, notes: notesOf(spec, profile, evidence), profile, evidence, methods, cost };
}

/** Share of the sample that must show a period; chance alone gives about one in a hundred. */
const COMMON = 0.2;

/**
 * Returns the period given, the one that most of the sample has by the rule given, or the one that most shows most
 * strongly.
 */
function seasonOf(series: readonly SampledSeries[], rule: PeriodRule) {
  if (typeof rule === "number" && rule > 1) return { period: rule, from: "given" as const, share: NaN };
  const votes = new Map<number, number>();
  for (const { y, interval } of series) {
    const period = typeof rule === "number" ? strongestPeriod(y, interval) : seriesPeriod(rule, y, interval).period;
    if (period !== undefined) votes.set(period, (votes.get(period) ?? 0) + 1);
  }
  const [top] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const share = (top?.[1] ?? 0) / Math.max(1, series.length);
  if (typeof rule !== "number") return { period: top?.[0] ?? 1, from: "rule" as const, share };
  if (top === undefined || share < COMMON) return { period: 1, from: "none found" as const, share };
  return { period: top[0], from: "found" as const, share };
}

/** Returns the period that a series shows most strongly, of the interval's calendar periods or, without an interval, of all. */
function strongestPeriod(y: Float64Array, interval: string | null): number | undefined {
  const calendar = interval === null ? [] : calendarPeriods(interval);
  const [strongest] = detectPeriods(y, { max: 1, ...(calendar.length > 0 && { candidates: calendar }) });
  return strongest && Math.round(strongest.period);
}

function profileOf(series: readonly SampledSeries[], looked: readonly Features[]) {
  const demand: Record<DemandClass | "none", number> = { smooth: 0, erratic: 0, intermittent: 0, lumpy: 0, none: 0 };
  for (const feature of looked) demand[feature.demand ?? "none"] += 1;
  const intervals: Record<string, number> = {};
  for (const { interval } of series) intervals[interval ?? "none"] = (intervals[interval ?? "none"] ?? 0) + 1;
  const steps = looked.reduce((sum, feature) => sum + feature.length, 0);
  return {
    intervals,
    withGaps: average(looked.map((feature) => (feature.missing > 0 ? 1 : 0))),
    missing: looked.reduce((sum, feature) => sum + feature.missing, 0) / Math.max(1, steps),
    constant: looked.filter(
      (feature) => feature.cv === 0 || (Number.isNaN(feature.cv) && feature.zeros === feature.observed),
    ).length,
    demand,
    seasonalStrength: median(looked.map((feature) => feature.seasonalStrength)),
    trendStrength: median(looked.map((feature) => feature.trendStrength).filter((v) => v === v)),
  };
}

function evidenceOf(result: Backtest, demand: readonly (DemandClass | null)[], horizon: number): Evidence {
  const { errors } = result;
  const of = (field: keyof (typeof errors)[number]) => errors.map((error) => error[field]);
  const slow = demand.filter((kind) => kind === "intermittent" || kind === "lumpy").length;
  return {
    series: errors.length,
    leftOut: result.leftOut,
    horizon,
    methods: { theta: demand.length - slow, sba: slow },
    mase: { own: average(of("ownMase")), naive: average(of("naiveMase")), pooled: average(of("pooledMase")) },
    ownToPooled: relativeError(of("own"), of("pooled")),
    ownToNaive: relativeError(of("own"), of("naive")),
    pooledToNaive: relativeError(of("pooled"), of("naive")),
    pooledRows: result.pooledRows,
  };
}

/** Fewer series than this tell nothing. */
const ENOUGH = 8;

function judge(profile: Profile, evidence: Evidence): { verdict: Verdict; reasons: string[] } {
  const { ratio, low, high, better } = evidence.ownToPooled;
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  const range = `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}`;
  if (evidence.series < Math.min(ENOUGH, profile.partitions) || Number.isNaN(ratio))
    return {
      verdict: "unknown",
      reasons: [
        `Only ${evidence.series} of ${profile.sampled} sampled series could be backtested; the series are too short, or too few.`,
      ],
    };
  const reasons: string[] = [];
  const verdict: Verdict = high < 1 ? "many" : low > 1 ? "global" : "either";
  if (verdict === "many")
    reasons.push(
      `A cheap model of each partition has ${percent(1 - ratio)} less error than one model for all (${range} of the ratio), and is better on ${percent(better)} of the series.`,
    );
  else if (verdict === "global")
    reasons.push(
      `One model for all has ${percent(1 - 1 / ratio)} less error than a cheap model of each partition (ratio ${ratio.toFixed(2)}, ${range}), and is better on ${percent(1 - better)} of the series: what the series share tells more than what is their own.`,
    );
  else
    reasons.push(
      `The sample shows no difference between a model of each partition and one for all (ratio ${ratio.toFixed(2)}, ${range}). Many models need nothing shared and fail one by one; start with them, and sample more to be sure.`,
    );
  const [, length] = profile.length;
  if (length < 3 * profile.period || length < 30)
    reasons.push(
      `Series are short (median ${length} steps): little of their own to learn from, which speaks for one model.`,
    );
  else
    reasons.push(`Series are long enough for models of their own (median ${length} steps, period ${profile.period}).`);
  return { verdict, reasons };
}

const average = (values: readonly number[]) => {
  const observed = values.filter((value) => !Number.isNaN(value));
  return observed.length > 0 ? observed.reduce((sum, value) => sum + value, 0) / observed.length : NaN;
};
