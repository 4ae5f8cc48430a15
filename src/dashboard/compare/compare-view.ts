import { axisEnd } from "../../core/axis-end.ts";
import { otherData } from "../../core/columns/other-data.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { histogram } from "../../core/histogram.ts";
import { comparedValue, findMetric, improvement, type MetricDeclarations } from "../../core/metric.ts";
import { distribution } from "../../refine/compare.ts";
import { keyLabel } from "../base/key-label.ts";
import { radixOrder } from "../base/radix-order.ts";
import { joinTexts, textAt } from "../base/text-column.ts";
import { spreadOf } from "../night/run-accuracy.ts";
import { OUTCOMES, type PartitionTable, rowAt } from "../partitions/partition-table.ts";
import type { CompareDetail, ComparedPartition, CompareLine } from "../wire.ts";

const BINS = 41;
const MOST_DOTS = 1500;
const MOST_BEYOND = 100;
const MOST_LINES = 12;

/**
 * Compares the tables of two runs by a metric, where both have it: B against A.
 *
 * @throws {ManymodelError} `input` if one of them has no such metric
 */
export async function compareTables(
  [nameA, a]: readonly [string, PartitionTable],
  [nameB, b]: readonly [string, PartitionTable],
  choice: string | undefined,
  declared?: MetricDeclarations,
): Promise<CompareDetail> {
  const metrics = a.head.metrics.filter((name) => b.head.metrics.includes(name));
  const metric = findMetric(choice ?? metrics[0], new Set(metrics), declared);
  const { name, better } = metric;
  if (!metrics.includes(name))
    throw new ManymodelError(
      "input",
      `${nameA} and ${nameB} have no metric ${show(name)} in common; ${metrics.length === 0 ? "they have none" : `there is ${metrics.join(", ")}`}`,
    );
  const [valuesA, valuesB] = [await valuesOf(nameA, a, name), await valuesOf(nameB, b, name)];
  const joined = joinTexts(a.keys, b.keys);
  const pairs = pairsOf(valuesA, valuesB, joined, (value) => comparedValue(metric, value));
  const { rows, change } = pairs;
  const upwards = radixOrder(change);
  const order = better === "higher" ? upwards.slice().reverse() : upwards;
  const gainOf = ({ a, b }: { a: number; b: number }) => improvement(metric, a, b);
  const sign = better === "higher" ? -1 : 1;
  const changed = change.filter((value) => value !== 0);
  const sizes = changed.map(Math.abs).sort();
  const reach = (sizes.length > 0 && axisEnd(sizes, 0)) || 1;
  const axis = axisOf(both(pairs.a, pairs.b).sort());
  const [within, beyond]: [number[], number[]] = [[], []];
  for (let i = 0; i < rows.length; i++) {
    const pair = pairAt(pairs, i);
    (pair.a > axis[1] || pair.b > axis[1] ? beyond : within).push(i);
  }
  const line = (i: number): CompareLine => {
    const pair = pairAt(pairs, i);
    const key = textAt(a.keys, pair.row);
    return { key, text: keyLabel(key), a: pair.a, b: pair.b, gain: gainOf(pair) };
  };
  const listed = (i: number): ComparedPartition => {
    const { row, other } = pairAt(pairs, i);
    return { ...line(i), kindA: rowAt(a, row).kind, kindB: rowAt(b, other).kind };
  };
  // Of a million keys the one that is named is decoded; none of the pairs is kept.
  const trained = function* () {
    for (let i = 0; i < rows.length; i++) {
      const { row, other } = pairAt(pairs, i);
      yield {
        get partitionKey() {
          return textAt(a.keys, row);
        },
        data: [a.data[row] ?? null, b.data[other] ?? null] as const,
      };
    }
  };
  const extremes = new Set([...order.subarray(0, MOST_LINES), ...order.subarray(-MOST_LINES)]);
  const sample = [...spreadOver(within, MOST_DOTS), ...spreadOver(beyond, MOST_BEYOND)].filter((i) => !extremes.has(i));
  const usable = (values: Float64Array) => values.reduce((sum, value) => sum + (Number.isFinite(value) ? 1 : 0), 0);
  return {
    a: nameA,
    b: nameB,
    metric: name,
    better,
    metrics,
    warning: otherData(nameA, nameB, trained()),
    wins: change.reduce((sum, value) => sum + (sign * value < 0 ? 1 : 0), 0),
    losses: change.reduce((sum, value) => sum + (sign * value > 0 ? 1 : 0), 0),
    ties: change.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0),
    onlyA: usable(valuesA) - rows.length,
    onlyB: usable(valuesB) - rows.length,
    uncompared: uncomparedOf(a, b, joined, pairs),
    spreadA: spreadOf(distribution(pairs.a)),
    spreadB: spreadOf(distribution(pairs.b)),
    change: spreadOf(distribution(change)),
    histogram: histogram(changed, -reach, reach, BINS),
    changesBeyond: sizes.reduce((sum, size) => sum + (size > reach ? 1 : 0), 0),
    dots: [...sample, ...extremes].map(line),
    axis,
    pairsBeyond: beyond.length,
    best: Array.from(order.subarray(0, MOST_LINES), listed).filter(({ gain }) => gain > 0),
    worst: Array.from(order.subarray(-MOST_LINES), listed)
      .reverse()
      .filter(({ gain }) => gain < 0),
  };
}

/** Returns a metric's values. @throws {ManymodelError} `corrupt` if they are not there */
async function valuesOf(name: string, table: PartitionTable, metric: string): Promise<Float64Array> {
  const values = await table.metric(metric);
  if (values === undefined) throw new ManymodelError("corrupt", `${name} has no values of its metric ${show(metric)}`);
  return values;
}

/** Partitions that both tables have a value of, column by column: an object for each of a million would not fit. */
interface Pairs {
  /** Their rows in A, and in B. */
  readonly rows: Uint32Array;
  readonly others: Uint32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** B less A, as they are compared. */
  readonly change: Float64Array;
}

/** @param joined - the row in B of each row of A, -1 where there is none */
function pairsOf(
  valuesA: Float64Array,
  valuesB: Float64Array,
  joined: Int32Array,
  compared: (value: number) => number,
): Pairs {
  const n = joined.length;
  const [rows, others] = [new Uint32Array(n), new Uint32Array(n)];
  const [a, b, change] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  let count = 0;
  joined.forEach((other, row) => {
    const [x, y] = [valuesA[row], valuesB[other]];
    if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return;
    rows[count] = row;
    others[count] = other;
    a[count] = x;
    b[count] = y;
    change[count++] = compared(y) - compared(x);
  });
  return {
    rows: rows.subarray(0, count),
    others: others.subarray(0, count),
    a: a.subarray(0, count),
    b: b.subarray(0, count),
    change: change.subarray(0, count),
  };
}

/**
 * Counts the partitions in either run that were not compared. A partition that failed in both counts as failed in each.
 */
function uncomparedOf(
  a: PartitionTable,
  b: PartitionTable,
  joined: Int32Array,
  pairs: Pairs,
): CompareDetail["uncompared"] {
  const inBoth = joined.reduce((sum, row) => sum + (row < 0 ? 0 : 1), 0);
  return {
    count: a.head.rows + b.head.rows - inBoth - pairs.rows.length,
    failedA: failed(a),
    failedB: failed(b),
  };
}

/** Counts the partitions of a run that failed. None of them has a metric. */
const failed = ({ outcome }: PartitionTable): number =>
  outcome.reduce((sum, value) => sum + (value === OUTCOMES.indexOf("failed") ? 1 : 0), 0);

function pairAt({ rows, others, a, b }: Pairs, i: number): { row: number; other: number; a: number; b: number } {
  const [row, other, x, y] = [rows[i], others[i], a[i], b[i]];
  if (row === undefined || other === undefined || x === undefined || y === undefined)
    throw new ManymodelError("internal", `there is no pair ${i} of partitions`);
  return { row, other, a: x, b: y };
}

/** Returns the ends of an axis: 0 or the least value below it, and the end that few values exceed. */
function axisOf(sorted: Float64Array): readonly [number, number] {
  const [least] = sorted;
  if (least === undefined) return [0, 1];
  const low = Math.min(0, least);
  const end = axisEnd(sorted, low);
  return [low, end > low ? end : low + 1];
}

/** Returns at most `most` of the elements, evenly spread. */
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
