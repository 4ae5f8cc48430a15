import { at } from "../core/aligned.ts";
import { showKey } from "../core/partition-key.ts";
import type { Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import type { Source } from "../ports/source.ts";

const PARTITIONS_PER_READ = 200;
/** So many partitions are looked through. */
const LOOKED_AT = 20_000;

/**
 * Returns the first value of a text column that is no number, with its partition, and what to do; empty if there is
 * none.
 */
export async function firstNonNumber(
  source: Pick<Source, "keys" | "read">,
  snapshot: Snapshot,
  column: string,
): Promise<string> {
  if (snapshot.columns.find(({ name }) => name === column)?.type !== "string") return "";
  const count = Math.min(snapshot.partitions, LOOKED_AT);
  for (let from = 0; from < count; from += PARTITIONS_PER_READ) {
    const ordinals = Array.from({ length: Math.min(PARTITIONS_PER_READ, count - from) }, (_, i) => from + i);
    const { batch, offsets } = await source.read(snapshot, ordinals);
    const values = frame(batch).strings(column);
    const row = values.findIndex((value) => value !== null && (value.trim() === "" || Number.isNaN(Number(value))));
    const value = values[row];
    if (typeof value !== "string") continue;
    const partition = offsets.findIndex((start, i) => start <= row && row < (offsets[i + 1] ?? Infinity));
    const key = at(await source.keys(snapshot, from + partition, from + partition + 1), 0);
    const way = /^[-+]?[\d.\s]*,\d+$/.test(value)
      ? "--decimal ,"
      : `--null ${JSON.stringify(value.slice(0, 30))} where that is a missing value`;
    return `, first ${JSON.stringify(value.slice(0, 80))} in ${showKey(snapshot.keyColumns, key)} (row ${row - at(offsets, partition) + 1}); import a CSV file with ${way}`;
  }
  return "";
}
