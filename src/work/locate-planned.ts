import { at } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import type { Snapshot } from "../core/run.ts";
import type { Source } from "../ports/source.ts";

/**
 * Finds the partitions of a segment in a snapshot, or -1. As long as no series comes or goes, they are where they were in the
 * run's plan: the keys at these positions tell so, and are read faster than keys are searched for.
 */
export async function locatePlanned(
  source: Source,
  snapshot: Snapshot,
  rows: readonly Pick<PartitionOutcome, "key" | "position">[],
): Promise<Int32Array> {
  const planned = Int32Array.from(rows, ({ position }) => position);
  const from = planned.reduce((least, position) => Math.min(least, position), Infinity);
  const to = planned.reduce((most, position) => Math.max(most, position), -1) + 1;
  if (rows.length > 0 && to <= snapshot.partitions && to - from <= MOST_KEYS * rows.length) {
    const keys = await source.keys(snapshot, from, to);
    if (rows.every(({ key, position }) => isEqual(key, at(keys, position - from)))) return planned;
  }
  return source.locate(
    snapshot,
    rows.map(({ key }) => key),
  );
}

/** Keys are read if they are at most this many for each partition that is looked for. */
const MOST_KEYS = 2;

function isEqual(one: PartitionKey, other: PartitionKey): boolean {
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
}
