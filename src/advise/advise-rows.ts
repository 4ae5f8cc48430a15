import {
  auc,
  encode,
  encoding,
  type FeatureColumns,
  folds,
  logistic,
  logLoss,
  probability,
  random,
  sampleOf,
} from "@manymodel/forecast";
import { median } from "@manymodel/forecast/stats";
import { at, zip } from "../core/aligned.ts";
import type { ColumnType } from "../core/columns/column.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { checkCount } from "../core/run.ts";
import { columnType, numericColumn } from "../model/builtin/row-features.ts";
import { type Frame, frame } from "../model/frame.ts";
import type { Engine } from "../ports/engine.ts";
import type { AdviseSpec, Verdict } from "./advice.ts";
import { type RelativeError, relativeError } from "./relative-error.ts";

/** Options of `adviseRows`. */
export interface RowAdviseSpec extends Pick<AdviseSpec, "query" | "target" | "sample" | "seed"> {
  readonly features: readonly string[];
}

/** Advice on models of classes, and the evidence for it. */
export interface RowAdvice {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly classes: {
    readonly partitions: number;
    readonly rows: number;
    readonly sampled: number;
    /** Rows with a known outcome of a sampled partition: least, median, most. */
    readonly length: readonly [number, number, number];
    /** The share of ones of a sampled partition: least, median, most. */
    readonly onesShare: readonly [number, number, number];
    /** Sampled partitions that have one class only. */
    readonly oneClass: number;
    readonly features: readonly { readonly name: string; readonly type: ColumnType; readonly missing: number }[];
    /** Partitions that were tried: both of their parts have both classes. */
    readonly tried: number;
    /** Means over them, on rows that were held out. */
    readonly auc: { readonly own: number; readonly pooled: number };
    readonly logLoss: { readonly own: number; readonly pooled: number };
    /** Log losses of models of their own to those of one model for all. */
    readonly ownToPooled: RelativeError;
  };
}

/** Rows of one partition: features by name, and the outcome of each. */
interface ClassRows {
  readonly columns: Readonly<Record<string, FeatureColumns[string]>>;
  readonly outcome: Float64Array;
}

/** A quarter of a partition's rows is held out. */
const FOLDS = 4;
const RIDGE = 1;
/** Fewer partitions than this tell nothing. */
const ENOUGH = 8;

/**
 * Says whether one classifier per partition or one for all is right, from a seeded sample: logistic regression of each
 * partition's own rows against one of all sampled rows, by the log loss and the AUC of a quarter that was held out.
 *
 * @throws {ManymodelError} `input` if a column is missing, there are no rows, or an outcome is neither 0 nor 1
 */
export async function adviseRows({ source }: Pick<Engine, "source">, spec: RowAdviseSpec): Promise<RowAdvice> {
  checkCount("sample", spec.sample);
  const snapshot = await source.snapshot(spec.query);
  if (snapshot.partitions === 0)
    throw new ManymodelError("input", `${spec.query.table} has no rows, so there is nothing to advise on`);
  const ordinals = sampleOf(snapshot.partitions, spec.sample, random(spec.seed));
  const frames = rowRanges(await source.read(snapshot, ordinals)).map(({ batch, start, end }) =>
    frame(batch, start, end),
  );
  const [first] = frames;
  const types = spec.features.map((name) => (first === undefined ? undefined : columnType(first, name)));
  const absent = spec.features.find((_, i) => types[i] === undefined);
  if (absent !== undefined)
    throw new ManymodelError("input", `${spec.query.table} has no column ${show(absent)} (features)`);
  const partitions = frames.map((data) => classRows(data, spec));
  const shares = partitions.map(({ outcome }) => mean(outcome)).sort((a, b) => a - b);
  const lengths = partitions.map(({ outcome }) => outcome.length).sort((a, b) => a - b);
  const times = spec.features.filter((_, i) => types[i] === "date" || types[i] === "timestamp");
  const trials = heldOut(partitions, times, spec.seed);
  const ownToPooled = relativeError(
    trials.map(({ own }) => own.logLoss),
    trials.map(({ pooled }) => pooled.logLoss),
  );
  const of = (name: "auc" | "logLoss") => ({
    own: mean(trials.map(({ own }) => own[name])),
    pooled: mean(trials.map(({ pooled }) => pooled[name])),
  });
  const classes = {
    partitions: snapshot.partitions,
    rows: snapshot.rows,
    sampled: partitions.length,
    length: [lengths[0] ?? 0, median(lengths), lengths.at(-1) ?? 0] as const,
    onesShare: [shares[0] ?? NaN, median(shares), shares.at(-1) ?? NaN] as const,
    oneClass: shares.filter((share) => share === 0 || share === 1).length,
    features: Array.from(zip(spec.features, types), ([name, type]) => ({
      name,
      type: type ?? "string",
      missing: mean(partitions.flatMap(({ columns }) => Array.from(columns[name] ?? [], isMissing).map(Number))),
    })),
    tried: trials.length,
    auc: of("auc"),
    logLoss: of("logLoss"),
    ownToPooled,
  };
  return { ...verdictOf(classes), notes: notesOf(classes), classes };
}

function classRows(data: Frame, { target, features, query }: RowAdviseSpec): ClassRows {
  const all = numericColumn(data, target);
  const usable = Array.from(all.keys()).filter((row) => !Number.isNaN(at(all, row)));
  const outcome = Float64Array.from(usable, (row) => at(all, row));
  const bad = outcome.find((value) => value !== 0 && value !== 1);
  if (bad !== undefined)
    throw new ManymodelError("input", `column ${target} of ${query.table} (target) has ${bad}; a class is 0 or 1`);
  const columns = features.map((name): [string, FeatureColumns[string]] => {
    const type = columnType(data, name);
    if (type === "string") return [name, pick(data.strings(name), usable)];
    return [name, pick(type === "date" || type === "timestamp" ? data.times(name) : numericColumn(data, name), usable)];
  });
  return { columns: Object.fromEntries(columns), outcome };
}

/** Results of a partition's own model and the pooled one on its held-out rows. */
interface Trial {
  readonly own: { readonly auc: number; readonly logLoss: number };
  readonly pooled: { readonly auc: number; readonly logLoss: number };
}

/** Tries both on each partition whose training and held-out rows have both classes. */
function heldOut(partitions: readonly ClassRows[], times: readonly string[], seed: number): Trial[] {
  const parts = partitions.flatMap((rows) => {
    const { outcome } = rows;
    if (outcome.length < FOLDS) return [];
    const [fold] = folds(outcome.length, { k: FOLDS, seed, strata: outcome });
    if (fold === undefined) return [];
    const [training, heldOut] = [rowsAt(rows, fold.training), rowsAt(rows, fold.held)];
    return [training, heldOut].every(({ outcome }) => outcome.includes(0) && outcome.includes(1))
      ? [{ training, held: heldOut }]
      : [];
  });
  if (parts.length === 0) return [];
  const fit = ({ columns, outcome }: ClassRows) => {
    const learnt = encoding(columns, { times, dropFirst: true });
    const model = logistic(encode(learnt, columns), outcome, { ridge: RIDGE });
    return (heldOut: ClassRows) => {
      const p = probability(model, encode(learnt, heldOut.columns));
      return { auc: auc(heldOut.outcome, p), logLoss: logLoss(heldOut.outcome, p) };
    };
  };
  const pooled = fit(concatenated(parts.map(({ training }) => training)));
  return parts.map(({ training, held }) => ({ own: fit(training)(held), pooled: pooled(held) }));
}

function concatenated(parts: readonly ClassRows[]): ClassRows {
  const names = Object.keys(parts[0]?.columns ?? {});
  const columns = names.map((name): [string, FeatureColumns[string]] => {
    const values = parts.flatMap(({ columns }) => Array.from<string | number | null>(columns[name] ?? []));
    const isNumeric = parts.every(({ columns }) => columns[name] instanceof Float64Array);
    return [
      name,
      isNumeric ? Float64Array.from(values, Number) : values.map((value) => (value === null ? null : String(value))),
    ];
  });
  return {
    columns: Object.fromEntries(columns),
    outcome: Float64Array.from(parts.flatMap(({ outcome }) => Array.from(outcome))),
  };
}

const rowsAt = ({ columns, outcome }: ClassRows, rows: readonly number[]): ClassRows => ({
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, pick(values, rows)])),
  outcome: Float64Array.from(rows, (row) => at(outcome, row)),
});

function pick(values: FeatureColumns[string], rows: readonly number[]): FeatureColumns[string] {
  if (values instanceof Float64Array) return Float64Array.from(rows, (row) => at(values, row));
  return rows.map((row) => at(values as readonly (string | null)[], row));
}

const isMissing = (value: string | number | null) => value === null || Number.isNaN(value);

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function verdictOf({
  tried,
  partitions,
  ownToPooled,
  length,
}: RowAdvice["classes"]): Pick<RowAdvice, "verdict" | "reasons"> {
  const { ratio, low, high, better } = ownToPooled;
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  if (tried < Math.min(ENOUGH, partitions) || Number.isNaN(ratio))
    return {
      verdict: "unknown",
      reasons: [`Only ${tried} sampled partitions have both classes among their training rows and a held-out quarter.`],
    };
  const range = `ratio of the log losses ${ratio.toFixed(2)}, 95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}`;
  if (high < 1)
    return {
      verdict: "many",
      reasons: [
        `A classifier of each partition has less log loss than one for all (${range}), on ${percent(better)} of them.`,
      ],
    };
  if (low > 1)
    return {
      verdict: "global",
      reasons: [
        `One classifier for all has less log loss than one of each partition (${range}), on ${percent(1 - better)} of them: a median of ${length[1]} rows is little to learn from.`,
      ],
    };
  return {
    verdict: "either",
    reasons: [`The sample shows no difference between a classifier of each partition and one for all (${range}).`],
  };
}

function notesOf({ oneClass, sampled, onesShare, features }: RowAdvice["classes"]): string[] {
  const rare = Math.min(onesShare[1], 1 - onesShare[1]);
  const empty = features.filter(({ missing }) => missing > 0.5).map(({ name }) => name);
  return [
    ...(oneClass > 0
      ? [
          `${oneClass} of ${sampled} sampled partitions have one class only: they get their base rate (STATUS FALLBACK).`,
        ]
      : []),
    ...(rare < 0.05
      ? [
          `The rarer class has ${(100 * rare).toFixed(1)} % of the median partition's rows. Judge by pr_auc and log_loss, and set costs or class_weight.`,
        ]
      : []),
    ...(empty.length > 0 ? [`More than half of ${empty.join(", ")} is missing.`] : []),
  ];
}
