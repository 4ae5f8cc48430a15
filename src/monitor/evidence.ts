import { normalQuantile } from "@manymodel/forecast/stats";
import { at, zip } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import { getColumn } from "../core/columns/column.ts";
import { type RowRange, rowRanges } from "../core/columns/row-range.ts";
import { FORECAST_FINAL } from "../core/override.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { hasEnded } from "../core/run.ts";
import { gridPositions, parseTime } from "../model/interval.ts";
import type { Source } from "../ports/source.ts";
import type { Entry } from "./ledger.ts";
import { type Scale, scaleOf } from "./scale.ts";
import type { WatchSources } from "./watch-sources.ts";

/** A partition of the version watched, and the run that its model is of. */
export interface WatchedPartition {
  readonly row: PartitionOutcome;
  readonly run: string;
}

/** The forecasts of a partition, and the observations since. */
export interface Evidence {
  readonly partition: WatchedPartition;
  /** True if its observations say that it has ended (see `SeriesRules`). */
  readonly ended: boolean;
  /** True if the table of forecasts has rows of it. */
  readonly forecast: boolean;
  /** The last observation before the forecasts; NaN if unknown. */
  readonly origin: number;
  readonly scale: Scale;
  /** Entries that the ledger does not have yet. */
  readonly fresh: readonly Entry[];
  /** The entries of the freshest forecast for each time, those of the ledger included, in order. */
  readonly entries: readonly Entry[];
  /** Times with a forecast and without an observation, in order. */
  readonly waiting: readonly number[];
  /** The latest observations the model was trained on, at its own interval; NaN: missing. */
  readonly history: Float64Array;
  /** Time of the newest observation; NaN if there is none. */
  readonly newest: number;
}

/** Observations of the history that are looked at. */
const HISTORY = 400;
/** A mean absolute error of 1 is a standard deviation of this, where errors are normal. */
const DEVIATION = Math.sqrt(Math.PI / 2);

/** Reads what is known of some partitions, in three bulk reads. */
export async function readEvidence(
  source: Source,
  sources: WatchSources,
  partitions: readonly WatchedPartition[],
): Promise<Evidence[]> {
  const { forecasts, actuals, ledger, model, version } = sources;
  const keysOf = (key: (partition: WatchedPartition) => PartitionKey) => partitions.map(key);
  const forecastOrdinals = await source.locate(
    forecasts,
    keysOf(({ row }) => [model, version, row.partitionKey]),
  );
  const observed = await source.locate(
    actuals,
    keysOf(({ row }) => row.key),
  );
  const forecastRows = rowRanges(await source.read(forecasts, Array.from(forecastOrdinals)));
  const actualRows = rowRanges(await source.read(actuals, Array.from(observed)));
  let entries: readonly RowRange[] | undefined;
  if (ledger !== undefined) {
    const entryOrdinals = await source.locate(
      ledger,
      keysOf(({ row, run }) => [model, run, row.partitionKey]),
    );
    entries = rowRanges(await source.read(ledger, Array.from(entryOrdinals)));
  }
  sources.met(forecastOrdinals, observed);
  return partitions.map((partition, i) =>
    hasEnded(actuals, at(observed, i))
      ? endedEvidence(partition)
      : evidenceOf(sources, partition, at(forecastRows, i), at(actualRows, i), entries?.[i]),
  );
}

/** Returns the evidence of a series that has ended: there is nothing to judge. */
function endedEvidence(partition: WatchedPartition): Evidence {
  const history = new Float64Array(0);
  const scale = scaleOf(partition.row, history);
  const none = { fresh: [], entries: [], waiting: [], history, origin: NaN, newest: NaN };
  return { partition, ended: true, forecast: false, scale, ...none };
}

/** A forecast of one step that a batch wrote, with the bounds of its intervals in the order of the table's levels. */
interface WrittenForecast extends Pick<Entry, "time" | "step" | "forecast"> {
  readonly intervals: readonly Interval[];
}

type Interval = readonly [low: number, high: number];

/** Returns the forecasts of a partition that have a time, a step and a value. */
function writtenForecasts({ names, table }: WatchSources, rows: RowRange): WrittenForecast[] {
  const [steps, means] = [numbers(rows, "STEP"), numbers(rows, "FORECAST")];
  const bounds = table.levels.map((level) => [numbers(rows, `LO_${level}`), numbers(rows, `HI_${level}`)] as const);
  const forecasts: WrittenForecast[] = [];
  for (const [i, time] of numbers(rows, names.time).entries()) {
    const [step, forecast] = [at(steps, i), at(means, i)];
    if (Number.isNaN(time) || Number.isNaN(step) || Number.isNaN(forecast)) continue;
    const intervals = bounds.map(([lower, upper]): Interval => [at(lower, i), at(upper, i)]);
    forecasts.push({ time, step, forecast, intervals });
  }
  return forecasts;
}

function evidenceOf(
  sources: WatchSources,
  partition: WatchedPartition,
  forecasts: RowRange,
  actuals: RowRange,
  ledger: RowRange | undefined,
): Evidence {
  const { row } = partition;
  const { names } = sources;
  const usable = writtenForecasts(sources, forecasts);
  const first = usable[0]?.time ?? Infinity;
  const [days, values] = [numbers(actuals, names.actualTime), numbers(actuals, names.target)];
  let before = days.length;
  while (before > 0 && !(at(days, before - 1) < first)) before--;
  const trained = row.lastTs === null ? NaN : parseTime(timeType(sources), row.lastTs);
  let end = before;
  while (end > 0 && at(days, end - 1) > trained) end--;
  if (end === 0) end = before;
  const history = onGrid(
    days.subarray(Math.max(0, end - HISTORY), end),
    values.subarray(Math.max(0, end - HISTORY), end),
    row.interval,
  );
  const scale = scaleOf(row, history);

  const since = observations(days.subarray(before), values.subarray(before));
  const earlier = ledger === undefined ? [] : ledgerEntries(sources, ledger);
  const have = new Set(earlier.filter(({ time }) => time >= first).map(({ time, step }) => `${time} ${step}`));
  const fresh: Entry[] = [];
  const waiting = new Set<number>();
  for (const forecast of usable) {
    const { time, step } = forecast;
    const actual = since.get(time) ?? NaN;
    if (have.has(`${time} ${step}`)) continue;
    if (Number.isNaN(actual)) {
      waiting.add(time);
      continue;
    }
    have.add(`${time} ${step}`);
    const of = { model: sources.model, partitionKey: row.partitionKey, time };
    // An override that is set once its time has begun is no forecast.
    const final = sources.overrides.find(of, time)?.value ?? forecast.forecast;
    fresh.push({ ...entryOf(forecast, actual, sources.table.levels, scale.value), final });
  }
  const entries = freshest([...earlier, ...fresh]);
  const met = new Set(entries.map(({ time }) => time));
  return {
    partition,
    ended: false,
    forecast: usable.length > 0,
    origin: before > 0 ? at(days, before - 1) : trained < first ? trained : NaN,
    scale,
    fresh,
    entries,
    history,
    waiting: [...waiting].filter((time) => !met.has(time)),
    newest: days[values.findLastIndex((value) => !Number.isNaN(value))] ?? NaN,
  };
}

function entryOf(
  { time, step, forecast, intervals }: WrittenForecast,
  actual: number,
  levels: readonly number[],
  scale: number,
): Omit<Entry, "final"> {
  const error = actual - forecast;
  const hits = intervals.map(([low, high]) => (Number.isNaN(low + high) ? 2 : Number(low <= actual && actual <= high)));
  // Of the widest interval, the half on the error's side: skewed intervals claim two standard deviations.
  const [low, high] = intervals.at(-1) ?? [NaN, NaN];
  const half = error < 0 ? forecast - low : high - forecast;
  const claimed = half > 0 ? half / normalQuantile(0.5 + at(levels, -1) / 200) : DEVIATION * scale;
  return { time, step, actual, forecast, error, scaled: error / scale, z: error / claimed, hits };
}

/** Returns the observations by time. Of a time with two of them neither counts. */
function observations(times: Float64Array, values: Float64Array): Map<number, number> {
  const valueAt = new Map<number, number>();
  for (const [time, value] of zip(times, values)) valueAt.set(time, valueAt.has(time) ? NaN : value);
  return valueAt;
}

/** Returns the entry with the fewest steps of each time, in order of time. */
function freshest(entries: Entry[]): Entry[] {
  entries.sort((a, b) => a.time - b.time || a.step - b.step);
  return entries.filter(({ time }, i) => i === 0 || entries[i - 1]?.time !== time);
}

function ledgerEntries({ names, table }: WatchSources, rows: RowRange): Entry[] {
  const column = (name: string) => {
    const values = numbers(rows, name);
    return (i: number) => at(values, i);
  };
  const [step, actual, forecast] = [column("STEP"), column("ACTUAL"), column("FORECAST")];
  const [error, scaled, z] = [column("ERROR"), column("SCALED_ERROR"), column("Z_SCORE")];
  const final = findValues(rows, FORECAST_FINAL);
  const hits = table.levels.map((level) => findValues(rows, `HIT_${level}`));
  return Array.from(numbers(rows, names.ledgerTime), (time, i) => ({
    time,
    step: step(i),
    actual: actual(i),
    forecast: forecast(i),
    final: Number.isFinite(final?.[i]) ? Number(final?.[i]) : forecast(i),
    error: error(i),
    scaled: scaled(i),
    z: z(i),
    hits: hits.map((hit) => hit?.[i] ?? 2),
  }));
}

/** Returns a partition's values of a column, or undefined if the table does not have it. */
function findValues({ batch, start, end }: RowRange, name: string): Float64Array | Uint8Array | undefined {
  const column = batch.columns[name];
  return (column?.values as Float64Array | undefined)?.subarray(start, end);
}

/** Returns a partition's values of a numeric column that the table has. */
function numbers({ batch, start, end }: RowRange, name: string): Float64Array {
  return (getColumn(batch, name).values as Float64Array).subarray(start, end);
}

/** Returns observations at a series' own interval, NaN where there is none; as they are where they keep no interval. */
function onGrid(times: Float64Array, observed: Float64Array, interval: string | null): Float64Array {
  const positions = interval === null || times.length === 0 ? null : gridPositions(times, interval);
  if (positions === null || positions.at(-1) === times.length - 1) return observed;
  const spaced = new Float64Array(at(positions, -1) + 1).fill(NaN);
  for (const [position, value] of zip(positions, observed)) spaced[position] = value;
  return spaced;
}

function timeType({ table }: WatchSources): "date" | "timestamp" | "number" {
  const { type } = table.time;
  return type === "date" || type === "timestamp" ? type : "number";
}
