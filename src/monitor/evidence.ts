import { normalQuantile } from "@manymodel/forecast/stats";
import type { PartitionOutcome } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/column.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { gridPositions, parseTime } from "../model/interval.ts";
import type { PartitionRows, Tables } from "../ports/tables.ts";
import type { Entry } from "./ledger.ts";
import { type Scale, scaleOf } from "./scale.ts";
import type { WatchSources } from "./watch-sources.ts";

/** A partition of the version watched, and the run that its model is of. */
export interface WatchedPartition {
  readonly row: PartitionOutcome;
  readonly run: string;
}

/** What is known of a partition's forecasts and of the observations since. */
export interface Evidence {
  readonly partition: WatchedPartition;
  /** Whether the table of forecasts has any of it. */
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
  tables: Tables,
  sources: WatchSources,
  partitions: readonly WatchedPartition[],
): Promise<Evidence[]> {
  const { forecasts, actuals, ledger, model, version } = sources;
  const at = (key: (partition: WatchedPartition) => PartitionKey) => partitions.map(key);
  const found = await tables.locate(
    forecasts,
    at(({ row }) => [model, version, row.partitionKey]),
  );
  const observed = await tables.locate(
    actuals,
    at(({ row }) => row.key),
  );
  const forecastRows = await tables.read(forecasts, Array.from(found));
  const actualRows = await tables.read(actuals, Array.from(observed));
  let entries: PartitionRows | undefined;
  if (ledger !== undefined) {
    const known = await tables.locate(
      ledger,
      at(({ row, run }) => [model, run, row.partitionKey]),
    );
    entries = await tables.read(ledger, Array.from(known));
  }
  sources.met(found, observed);
  return partitions.map((partition, i) => {
    const part = ({ batch, offsets }: PartitionRows) => ({ batch, from: offsets[i]!, to: offsets[i + 1]! });
    return evidenceOf(sources, partition, part(forecastRows), part(actualRows), entries && part(entries));
  });
}

/** Some rows of a batch. */
interface Part {
  readonly batch: ColumnBatch;
  readonly from: number;
  readonly to: number;
}

function evidenceOf(
  sources: WatchSources,
  partition: WatchedPartition,
  forecasts: Part,
  actuals: Part,
  ledger: Part | undefined,
): Evidence {
  const { row } = partition;
  const { names } = sources;
  const [times, steps, means] = [names.time, "STEP", "FORECAST"].map((name) => numbers(forecasts, name));
  const usable = Array.from(times!.keys()).filter(
    (t) => !Number.isNaN(times![t]!) && !Number.isNaN(steps![t]!) && !Number.isNaN(means![t]!),
  );
  const first = usable.length === 0 ? Infinity : times![usable[0]!]!;
  const [days, values] = [numbers(actuals, names.actualTime), numbers(actuals, names.target)];
  let before = days.length;
  while (before > 0 && !(days[before - 1]! < first)) before--;
  const trained = row.lastTs === null ? NaN : parseTime(timeType(sources), row.lastTs);
  let end = before;
  while (end > 0 && days[end - 1]! > trained) end--;
  if (end === 0) end = before;
  const history = onGrid(
    days.subarray(Math.max(0, end - HISTORY), end),
    values.subarray(Math.max(0, end - HISTORY), end),
    row.interval,
  );
  const scale = scaleOf(row, history);

  const since = observations(days.subarray(before), values.subarray(before));
  const known = ledger === undefined ? [] : ledgerEntries(sources, ledger);
  const have = new Set(known.filter(({ time }) => time >= first).map(({ time, step }) => `${time} ${step}`));
  const fresh: Entry[] = [];
  const waiting = new Set<number>();
  const bounds = sources.table.levels.map((level) => [
    numbers(forecasts, `LO_${level}`),
    numbers(forecasts, `HI_${level}`),
  ]);
  for (const t of usable) {
    const [time, step, forecast] = [times![t]!, steps![t]!, means![t]!];
    const actual = since.get(time) ?? NaN;
    if (have.has(`${time} ${step}`)) continue;
    if (Number.isNaN(actual)) {
      waiting.add(time);
      continue;
    }
    have.add(`${time} ${step}`);
    const intervals = bounds.map(([lower, upper]): [number, number] => [lower![t]!, upper![t]!]);
    fresh.push(entry(time, step, actual, forecast, intervals, sources.table.levels, scale.value));
  }
  const entries = freshest([...known, ...fresh]);
  const met = new Set(entries.map(({ time }) => time));
  return {
    partition,
    forecast: usable.length > 0,
    origin: before > 0 ? days[before - 1]! : trained < first ? trained : NaN,
    scale,
    fresh,
    entries,
    history,
    waiting: [...waiting].filter((time) => !met.has(time)),
    newest: days.length === 0 ? NaN : days[days.length - 1]!,
  };
}

function entry(
  time: number,
  step: number,
  actual: number,
  forecast: number,
  intervals: readonly [number, number][],
  levels: readonly number[],
  scale: number,
): Entry {
  const error = actual - forecast;
  const hits = intervals.map(([low, high]) => (Number.isNaN(low + high) ? 2 : Number(low <= actual && actual <= high)));
  // Of the widest interval, the half on the error's side: skewed intervals claim two standard deviations.
  const [low, high] = intervals.at(-1) ?? [NaN, NaN];
  const half = error < 0 ? forecast - low : high - forecast;
  const claimed = half > 0 ? half / normalQuantile(0.5 + levels.at(-1)! / 200) : DEVIATION * scale;
  return { time, step, actual, forecast, error, scaled: error / scale, z: error / claimed, hits };
}

/** The observations by time. Of a time with two of them neither counts. */
function observations(times: Float64Array, values: Float64Array): Map<number, number> {
  const found = new Map<number, number>();
  for (let t = 0; t < times.length; t++) found.set(times[t]!, found.has(times[t]!) ? NaN : values[t]!);
  return found;
}

/** For each time, the entry with the fewest steps; in order of time. */
function freshest(entries: Entry[]): Entry[] {
  entries.sort((a, b) => a.time - b.time || a.step - b.step);
  return entries.filter(({ time }, i) => i === 0 || entries[i - 1]!.time !== time);
}

function ledgerEntries({ names, table }: WatchSources, part: Part): Entry[] {
  const column = (name: string) => numbers(part, name);
  const [time, step, actual, forecast] = [names.ledgerTime, "STEP", "ACTUAL", "FORECAST"].map(column);
  const [error, scaled, z] = ["ERROR", "SCALED_ERROR", "Z_SCORE"].map(column);
  const hits = table.levels.map((level) => values(part, `HIT_${level}`));
  return Array.from(time!, (_, t) => ({
    time: time![t]!,
    step: step![t]!,
    actual: actual![t]!,
    forecast: forecast![t]!,
    error: error![t]!,
    scaled: scaled![t]!,
    z: z![t]!,
    hits: hits.map((hit) => hit?.[t] ?? 2),
  }));
}

/** A part's values of a column; undefined if the table does not have it. */
function values({ batch, from, to }: Part, name: string): Float64Array | Uint8Array | undefined {
  const column = batch.columns[name];
  return (column?.values as Float64Array | undefined)?.subarray(from, to);
}

function numbers(part: Part, name: string): Float64Array {
  return values(part, name) as Float64Array;
}

/** Observations at a series' own interval, NaN where there is none; as they are where they keep no interval. */
function onGrid(times: Float64Array, observed: Float64Array, interval: string | null): Float64Array {
  const positions = interval === null || times.length === 0 ? null : gridPositions(times, interval);
  if (positions === null || positions.at(-1) === times.length - 1) return observed;
  const spaced = new Float64Array(positions.at(-1)! + 1).fill(NaN);
  for (let t = 0; t < times.length; t++) spaced[positions[t]!] = observed[t]!;
  return spaced;
}

function timeType({ table }: WatchSources): "date" | "timestamp" | "number" {
  const { type } = table.time;
  return type === "date" || type === "timestamp" ? type : "number";
}
