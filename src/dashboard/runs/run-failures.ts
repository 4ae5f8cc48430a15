import { ManymodelError } from "../../core/errors.ts";
import { failureKinds } from "../base/failure-groups.ts";
import { keyLabel } from "../base/key-label.ts";
import { textAt } from "../base/text-column.ts";
import { type PartitionTable, type Reason, rowAt } from "../partitions/partition-table.ts";
import type { RunTable } from "../partitions/run-table.ts";
import type { RunFailures } from "../wire.ts";

const MOST_GROUPS = 20;
const FIRST_KEYS = 5;

/** Groups the failed partitions of a run's table by what their messages say, the most frequent first. */
export function runFailures({ search: { table }, progress }: Pick<RunTable, "search" | "progress">): RunFailures {
  const failures = table.head.reasons.filter((reason) => rowAt(table, firstRow(reason)).outcome === "failed");
  const kinds = failureKinds(failures).sort((a, b) => b.count - a.count);
  const groups = kinds.slice(0, MOST_GROUPS).map(({ type, message, count, members }) => {
    return { type, message, count, first: firstKeys(table, members) };
  });
  const unread = progress === null ? 0 : progress.committed - progress.there;
  return { groups, kinds: kinds.length, unread };
}

function firstKeys(table: PartitionTable, reasons: readonly Reason[]) {
  const rows = reasons.flatMap((reason) => reason.rows).slice(0, FIRST_KEYS);
  return rows.map((row) => {
    const key = textAt(table.keys, row);
    return { key, text: keyLabel(key) };
  });
}

/** Returns the first row of a reason. @throws {ManymodelError} `corrupt` if it names none */
function firstRow({ type, rows }: Reason): number {
  const [first] = rows;
  if (first === undefined) throw new ManymodelError("corrupt", `no partition of the table has its reason ${type}`);
  return first;
}
