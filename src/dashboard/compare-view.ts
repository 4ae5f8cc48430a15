import { ManymodelError, show } from "../core/errors.ts";
import { type Distribution, distribution } from "../refine/compare.ts";
import { metricName } from "../refine/run-scores.ts";
import { histogram } from "./histogram.ts";
import { keyLabel } from "./key-label.ts";
import type { PartitionTable } from "./partition-table.ts";
import { radixOrder } from "./radix-order.ts";
import { joinTexts, textAt } from "./text-column.ts";
import type { CompareDetail, CompareLine, Spread } from "./wire.ts";

const BINS = 41;
const MOST_DOTS = 1500;
const MOST_LINES = 12;

/**
 * Compares the tables of two runs by a metric of which less is better, where both have it: B against A.
 *
 * @throws {ManymodelError} `input` if one of them has no such metric
 */
export async function compareTables(
  [nameA, a]: readonly [string, PartitionTable],
  [nameB, b]: readonly [string, PartitionTable],
  wanted: string | undefined,
): Promise<CompareDetail> {
  const metrics = a.head.metrics.filter((name) => b.head.metrics.includes(name));
  const metric = wanted === undefined ? metrics[0] : metricName(wanted);
  if (metric === undefined || !metrics.includes(metric))
    throw new ManymodelError(
      "input",
      `${nameA} and ${nameB} have no metric ${show(metric ?? null)} in common; ${metrics.length === 0 ? "they have none" : `there is ${metrics.join(", ")}`}`,
    );
  const [valuesA, valuesB] = [(await a.metric(metric))!, (await b.metric(metric))!];
  const joined = joinTexts(a.keys, b.keys);
  const rows: number[] = [];
  for (let i = 0; i < joined.length; i++)
    if (joined[i]! >= 0 && Number.isFinite(valuesA[i]!) && Number.isFinite(valuesB[joined[i]!]!)) rows.push(i);
  const pairs = {
    a: Float64Array.from(rows, (i) => valuesA[i]!),
    b: Float64Array.from(rows, (i) => valuesB[joined[i]!]!),
  };
  const change = pairs.b.map((value, i) => value - pairs.a[i]!);
  const order = radixOrder(change);
  const quantile = (values: Float64Array, p: number) => values[Math.round(p * (values.length - 1))] ?? 0;
  const sorted = Float64Array.from(order, (i) => change[i]!);
  const reach = Math.max(Math.abs(quantile(sorted, 0.01)), Math.abs(quantile(sorted, 0.99))) || 1;
  const line = (i: number): CompareLine => {
    const key = textAt(a.keys, rows[i]!);
    return { key, text: keyLabel(key), a: pairs.a[i]!, b: pairs.b[i]! };
  };
  const every = Math.max(1, Math.ceil(rows.length / MOST_DOTS));
  const usable = (values: Float64Array) => values.reduce((sum, value) => sum + (Number.isFinite(value) ? 1 : 0), 0);
  return {
    ...{ a: nameA, b: nameB, metric, metrics },
    wins: change.reduce((sum, value) => sum + (value < 0 ? 1 : 0), 0),
    losses: change.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0),
    ties: change.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0),
    onlyA: usable(valuesA) - rows.length,
    onlyB: usable(valuesB) - rows.length,
    spreadA: spread(distribution(pairs.a)),
    spreadB: spread(distribution(pairs.b)),
    change: spread(distribution(change)),
    histogram: histogram(
      change.filter((value) => value !== 0),
      -reach,
      reach,
      BINS,
    ),
    dots: rows.flatMap((_, i) => (i % every === 0 ? [[pairs.a[i]!, pairs.b[i]!] as const] : [])),
    dotsUpTo: quantile(both(pairs.a, pairs.b).sort(), 0.99),
    best: Array.from(order.subarray(0, MOST_LINES), line).filter((one) => one.b < one.a),
    worst: Array.from(order.subarray(-MOST_LINES), line)
      .reverse()
      .filter((one) => one.b > one.a),
  };
}

function spread({ count, mean, median, p10, p90 }: Distribution): Spread {
  return count === 0 ? { count, mean: null, median: null, p10: null, p90: null } : { count, mean, median, p10, p90 };
}

function both(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
