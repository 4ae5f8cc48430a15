import { random, sampleOf } from "@manymodel/forecast";
import { at, zip } from "../core/aligned.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { messageOf } from "../core/errors.ts";
import { type PartitionKey, showKey } from "../core/partition-key.ts";
import { type Snapshot, statedInterval } from "../core/run.ts";
import { type Frame, frame } from "../model/frame.ts";
import { gridPositions, type Interval, parseInterval } from "../model/interval.ts";
import { seriesInterval } from "../model/series-interval.ts";
import { readTimes } from "../model/time-axis.ts";
import type { Source } from "../ports/source.ts";

/** One partition's series at its own interval, and how many steps after a common origin it begins. */
export interface SampledSeries {
  /** NaN where missing. */
  readonly y: Float64Array;
  readonly interval: Interval | null;
  /** Steps since 1970 of the first value, in the series' own steps; null where there is no time. */
  readonly origin: number | null;
  /** Share of the rows in which each covariate has no value. */
  readonly missing: readonly number[];
}

/** A sample of the partitions, and why some of it cannot be used. */
export interface Sample {
  readonly series: readonly SampledSeries[];
  readonly rows: number;
  readonly unusable: readonly { readonly partition: string; readonly reason: string }[];
  /** Milliseconds of reading. */
  readonly readMs: number;
}

const PARTITIONS_PER_READ = 200;
const DAY = 86_400_000;

/** Reads `size` partitions drawn by the seed, in blocks. */
export async function sampledSeries(
  source: Pick<Source, "keys" | "read">,
  snapshot: Snapshot,
  options: { target: string; covariates: readonly ColumnInfo[]; size: number; seed: number; clock: () => number },
): Promise<Sample> {
  const { size, seed, clock } = options;
  const ordinals = sampleOf(snapshot.partitions, size, random(seed));
  const series: SampledSeries[] = [];
  const unusable: { partition: string; reason: string }[] = [];
  let rows = 0;
  let readMs = 0;
  for (let from = 0; from < ordinals.length; from += PARTITIONS_PER_READ) {
    const block = ordinals.slice(from, from + PARTITIONS_PER_READ);
    const began = clock();
    const read = await source.read(snapshot, block);
    readMs += clock() - began;
    for (const [ordinal, { batch, start, end }] of zip(block, rowRanges(read))) {
      rows += end - start;
      try {
        series.push(oneSeries(snapshot, frame(batch, start, end), options));
      } catch (error) {
        const [key] = await source.keys(snapshot, ordinal, ordinal + 1);
        unusable.push({ partition: showKey(snapshot.keyColumns, key as PartitionKey), reason: messageOf(error) });
      }
    }
  }
  return { series, rows, unusable, readMs };
}

function oneSeries(
  { timeColumn, columns, query }: Snapshot,
  data: Frame,
  { target, covariates }: { target: string; covariates: readonly ColumnInfo[] },
): SampledSeries {
  const missing = covariates.map(({ name, type }) => {
    if (data.length === 0 || (type !== "number" && type !== "integer" && type !== "boolean")) return 0;
    const values = type === "boolean" ? data.booleans(name) : data.numbers(name);
    let count = 0;
    for (const value of values) if (value === null || Number.isNaN(value)) count++;
    return count / data.length;
  });
  const type = columns.find((column) => column.name === timeColumn)?.type;
  if (timeColumn === null || type === "string" || type === "boolean")
    return { y: check(data.numbers(target)), interval: null, origin: null, missing };
  const { type: timeType, times } = readTimes(data, timeColumn);
  const repeated = times.findIndex((time, i) => i > 0 && !(time > at(times, i - 1)));
  if (repeated >= 0) throw new RangeError(`two rows have the same ${timeColumn}, or one has none`);
  const interval = seriesInterval(times, timeType, statedInterval(query));
  if (times.length >= 2 && interval === null) throw new RangeError(`the times of ${timeColumn} keep no interval`);
  const positions = interval === null ? null : gridPositions(times, interval);
  const y = frame(
    { length: data.length, columns: { y: { type: "number", values: data.numbers(target) } } },
    0,
    data.length,
    () => positions,
  ).series("y");
  return { y: check(y), interval, origin: interval === null ? null : steps(at(times, 0), interval), missing };
}

/** Fewer observations tell nothing of a series. */
const LEAST = 3;

function check(y: Float64Array): Float64Array {
  const observed = y.filter((value) => !Number.isNaN(value));
  if (observed.length < LEAST) throw new RangeError(`fewer than ${LEAST} observed values`);
  const infinite = observed.find((value) => !Number.isFinite(value));
  if (infinite !== undefined) throw new RangeError(`a value is ${infinite}`);
  return y.subarray(0, y.findLastIndex((value) => !Number.isNaN(value)) + 1);
}

/** Returns a time in steps of an interval since 1970, whole: where a season common to all series stands. */
function steps(time: number, interval: Interval): number | null {
  const parts = parseInterval(interval);
  if (parts?.unit === "day") return Math.floor(time / (parts.step * DAY));
  if (parts?.unit === "second") return Math.floor(time / (1000 * parts.step));
  if (parts?.unit === "number") return Math.round(time / parts.step);
  if (parts?.unit !== "month") return null;
  const date = new Date(time);
  return Math.floor((12 * date.getUTCFullYear() + date.getUTCMonth()) / parts.step);
}
