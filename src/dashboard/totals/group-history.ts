import { ifGone } from "../../core/errors.ts";
import { decodeKey } from "../../core/partition-key.ts";
import type { RunManifest } from "../../core/run.ts";
import { frame } from "../../model/frame.ts";
import { readTimes } from "../../model/time-axis.ts";
import type { Source } from "../../ports/source.ts";
import { textAt } from "../base/text-column.ts";
import type { PartitionTable } from "../partitions/partition-table.ts";
import { targetOf } from "../series/series-data.ts";

/** Rows of more than this are not summed up for the page. */
const MOST_ROWS = 5_000_000;
const BLOCK = 2000;

/** Observations of groups of partitions: of each, the sum at each time, ascending. */
export interface GroupHistory {
  readonly timeType: "date" | "timestamp" | "number";
  readonly groups: readonly ReadonlyMap<number, number>[];
  /** The reason why nothing is summed up; null where it is. */
  readonly why: string | null;
}

/** The partitions of a run in groups. */
export interface GroupedRows {
  readonly table: PartitionTable;
  /** The group of each row of the table, and the number of groups. A row of another group is not read. */
  readonly codes: Uint32Array;
  readonly groups: number;
}

/** Returns what `groupHistory` sums up; empty groups, and a note with the reason, where nothing can be. */
export async function findGroupHistory(
  source: Source,
  manifest: RunManifest,
  grouped: GroupedRows,
  notes: string[],
): Promise<GroupHistory> {
  const target = targetOf(manifest);
  const none = (why: string): GroupHistory => {
    notes.push(`No history is shown: ${why}.`);
    return {
      timeType: timeTypeOf(manifest),
      groups: Array.from({ length: grouped.groups }, () => new Map()),
      why: null,
    };
  };
  if (target === null) return none("the run's exports name no target");
  const history = await groupHistory(source, manifest, target, grouped);
  return history.why === null ? history : none(history.why);
}

/** Returns the type of the times that a run was trained on. */
export function timeTypeOf({ snapshot }: RunManifest): GroupHistory["timeType"] {
  const type = snapshot.columns.find(({ name }) => name === snapshot.timeColumn)?.type;
  return type === "date" || type === "timestamp" ? type : "number";
}

/** Adds the sums of groups up, in the order of their times. */
export function addedGroups(groups: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const group of groups) for (const [time, value] of group) sums.set(time, (sums.get(time) ?? 0) + value);
  return ascending(sums);
}

/** Sums up the observations that a run was trained on, group by group. */
async function groupHistory(
  source: Source,
  { snapshot }: Pick<RunManifest, "snapshot">,
  target: string,
  { table, codes, groups }: GroupedRows,
): Promise<GroupHistory> {
  const sums = Array.from({ length: groups }, () => new Map<number, number>());
  const nothing = (why: string): GroupHistory => ({ timeType: "number", groups: sums, why });
  const { timeColumn, rows } = snapshot;
  if (timeColumn === null) return nothing("the series have no times");
  if (rows > MOST_ROWS) return nothing(`the history has ${rows} rows; the page sums up at most ${MOST_ROWS}`);
  let timeType: GroupHistory["timeType"] = "number";
  for (let from = 0; from < table.head.rows; from += BLOCK) {
    const block = Array.from({ length: Math.min(BLOCK, table.head.rows - from) }, (_, i) => from + i).filter(
      (row) => (codes[row] ?? groups) < groups,
    );
    if (block.length === 0) continue;
    const keys = block.map((row) => decodeKey(textAt(table.keys, row)).key);
    const ordinals = await source.locate(snapshot, keys);
    const present = block.filter((_, i) => (ordinals[i] ?? -1) >= 0);
    const read = await source
      .read(
        snapshot,
        Array.from(ordinals).filter((ordinal) => ordinal >= 0),
      )
      .catch(ifGone(undefined));
    if (read === undefined) return nothing("the data of the run were collected as garbage");
    const data = frame(read.batch);
    const { type, times } = readTimes(data, timeColumn);
    const values = data.numbers(target);
    timeType = type;
    for (const [i, row] of present.entries()) {
      const sum = sums[codes[row] ?? -1];
      if (sum === undefined) continue;
      const [start = 0, end = 0] = [read.offsets[i], read.offsets[i + 1]];
      for (let at = start; at < end; at++) {
        const [time, value] = [times[at] ?? Number.NaN, values[at] ?? Number.NaN];
        if (!Number.isNaN(value)) sum.set(time, (sum.get(time) ?? 0) + value);
      }
    }
  }
  return { timeType, groups: sums.map(ascending), why: null };
}

const ascending = (sums: ReadonlyMap<number, number>) => new Map([...sums].sort(([a], [b]) => a - b));
