import { at, zip } from "../core/aligned.ts";
import { matchColumn } from "../core/columns/column.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError } from "../core/errors.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { hasEnded, type Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import { formatTime } from "../model/interval.ts";
import { readTimes } from "../model/time-axis.ts";
import type { Source } from "../ports/source.ts";
import type { Noted } from "./score-partition.ts";

/** The answer for a series that has ended. */
export interface EndedSeries extends Noted {
  readonly status: "ENDED";
}

/**
 * Finds which keys of a snapshot are of series that have ended (see `SeriesRules`), and since when.
 *
 * @returns for each key the answer, or undefined for any other series, and where the snapshot was deleted
 */
export async function findEnded(
  source: Source,
  snapshot: Snapshot,
  keys: readonly PartitionKey[],
): Promise<(EndedSeries | undefined)[]> {
  const none = keys.map(() => undefined);
  if ((snapshot.ended ?? 0) === 0 || keys.length === 0) return none;
  // Rows that are filled in are no observations.
  const { fill: _, resample: __, ...query } = snapshot.query;
  const { future: ___, ...pinned } = { ...snapshot, query };
  try {
    const located = await source.locate(pinned, keys);
    const ordinals = Array.from(located, (ordinal) => (hasEnded(pinned, ordinal) ? ordinal : -1));
    if (ordinals.every((ordinal) => ordinal < 0)) return none;
    const ranges = rowRanges(await source.read(pinned, ordinals));
    return Array.from(zip(ordinals, ranges), ([ordinal, { batch, start, end }]): EndedSeries | undefined => {
      if (ordinal < 0) return undefined;
      const since = newestTime(pinned, frame(batch, start, end));
      return {
        status: "ENDED",
        errorType: "ended",
        errorMessage: `the series has ended: its newest observation is of ${since} (source.active)`,
      };
    });
  } catch (error) {
    if (error instanceof ManymodelError && error.kind === "not-found") return none;
    throw error;
  }
}

/** Returns the time of the newest row that has a target. */
function newestTime({ query, timeColumn }: Snapshot, rows: ReturnType<typeof frame>): string {
  const { type, times } = readTimes(rows, timeColumn ?? "");
  const target = matchColumn(
    rows.columns.map(({ name }) => name),
    query.target ?? "",
  );
  const isBoolean = rows.columns.some(({ name, type }) => name === target && type === "boolean");
  const values = target === undefined || isBoolean ? undefined : rows.numbers(target);
  const newest = times.findLastIndex((_, i) => values === undefined || !Number.isNaN(values[i]));
  return formatTime(type, at(times, newest));
}
