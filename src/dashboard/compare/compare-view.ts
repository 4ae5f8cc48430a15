import { axisEnd } from "../../core/axis-end.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { histogram } from "../../core/histogram.ts";
import { otherData } from "../../core/other-data.ts";
import { type Distribution, distribution } from "../../refine/compare.ts";
import { metricName } from "../../refine/run-scores.ts";
import { keyLabel } from "../base/key-label.ts";
import { radixOrder } from "../base/radix-order.ts";
import { joinTexts, textAt } from "../base/text-column.ts";
import type { PartitionTable } from "../partitions/partition-table.ts";
import type { CompareDetail, CompareLine, Spread } from "../wire.ts";

const BINS = 41;
const MOST_DOTS = 1500;
const MOST_BEYOND = 100;
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
  const changed = change.filter((value) => value !== 0);
  const sizes = changed.map(Math.abs).sort();
  const reach = (sizes.length > 0 && axisEnd(sizes, 0)) || 1;
  const axis = axisOf(both(pairs.a, pairs.b).sort());
  const isBeyond = (i: number) => pairs.a[i]! > axis[1] || pairs.b[i]! > axis[1];
  const [within, beyond]: [number[], number[]] = [[], []];
  for (let i = 0; i < rows.length; i++) (isBeyond(i) ? beyond : within).push(i);
  const line = (i: number): CompareLine => {
    const key = textAt(a.keys, rows[i]!);
    return { key, text: keyLabel(key), a: pairs.a[i]!, b: pairs.b[i]! };
  };
  // Of a million keys the one that is named is decoded; none of the pairs is kept.
  const trained = function* () {
    for (const i of rows)
      yield {
        get partitionKey() {
          return textAt(a.keys, i);
        },
        data: [a.data[i]!, b.data[joined[i]!]!] as const,
      };
  };
  const usable = (values: Float64Array) => values.reduce((sum, value) => sum + (Number.isFinite(value) ? 1 : 0), 0);
  return {
    a: nameA,
    b: nameB,
    metric,
    metrics,
    warning: otherData(nameA, nameB, trained()),
    wins: change.reduce((sum, value) => sum + (value < 0 ? 1 : 0), 0),
    losses: change.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0),
    ties: change.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0),
    onlyA: usable(valuesA) - rows.length,
    onlyB: usable(valuesB) - rows.length,
    spreadA: spread(distribution(pairs.a)),
    spreadB: spread(distribution(pairs.b)),
    change: spread(distribution(change)),
    histogram: histogram(changed, -reach, reach, BINS),
    changesBeyond: sizes.reduce((sum, size) => sum + (size > reach ? 1 : 0), 0),
    dots: [...spreadOver(within, MOST_DOTS), ...spreadOver(beyond, MOST_BEYOND)].map(line),
    axis,
    pairsBeyond: beyond.length,
    best: Array.from(order.subarray(0, MOST_LINES), line).filter((one) => one.b < one.a),
    worst: Array.from(order.subarray(-MOST_LINES), line)
      .reverse()
      .filter((one) => one.b > one.a),
  };
}

function spread({ count, mean, median, p10, p90 }: Distribution): Spread {
  return count === 0 ? { count, mean: null, median: null, p10: null, p90: null } : { count, mean, median, p10, p90 };
}

/** From 0, or the least if that is below, to where few are beyond. */
function axisOf(sorted: Float64Array): readonly [number, number] {
  if (sorted.length === 0) return [0, 1];
  const low = Math.min(0, sorted[0]!);
  const end = axisEnd(sorted, low);
  return [low, end > low ? end : low + 1];
}

/** At most so many of some, evenly spread. */
function spreadOver(some: readonly number[], most: number): number[] {
  const every = Math.max(1, Math.ceil(some.length / most));
  return some.filter((_, i) => i % every === 0);
}

function both(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
