import { zip } from "../../core/aligned.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { metricOf } from "../../core/metric.ts";
import type { Outcome } from "../../core/states.ts";
import type { Attribute } from "../attributes/partition-attributes.ts";
import { count } from "../base/count.ts";
import { failureKinds } from "../base/failure-groups.ts";
import { keyLabel } from "../base/key-label.ts";
import { textAt } from "../base/text-column.ts";
import type { FailureGroup, PartitionPage, PartitionRow, PartitionsHead } from "../wire.ts";
import { LOST_VALUE, type PartitionQuery, type PartitionSearch } from "./partition-search.ts";
import { OUTCOMES, rowAt } from "./partition-table.ts";
import type { RunTable } from "./run-table.ts";

const MOST_ROWS = 500;
const MOST_REASONS = 50;
const FIRST_KEYS = 5;

/** Lists the columns that sort and filter a table. */
export function partitionsHead(runId: string, { search, manifest, progress }: RunTable): PartitionsHead {
  const { table } = search;
  const { head, outcome } = table;
  const declared = manifest.definition.metrics;
  const outcomes: Record<Outcome, number> = { succeeded: 0, failed: 0, skipped: 0 };
  const counted = new Uint32Array(OUTCOMES.length);
  for (const one of outcome) count(counted, one);
  for (const [name, rows] of zip(OUTCOMES, counted)) outcomes[name] = rows;
  const failures = failureKinds(head.reasons)
    .slice(0, MOST_REASONS)
    .map(({ type, message, count, members }): FailureGroup => {
      const rows = members.flatMap((reason) => reason.rows).slice(0, FIRST_KEYS);
      const keys = rows.map((row) => textAt(table.keys, row));
      return { type, message, count, first: keys.map((key) => ({ key, text: keyLabel(key) })) };
    });
  return {
    runId,
    partitions: manifest.partitions,
    progress,
    metrics: search.metrics,
    attributes: search.attributes.attributes.map(valueCounts),
    kinds: head.kinds,
    outcomes,
    failures,
    metric: firstMetric(search.metrics),
    higherBetter: head.metrics.filter((name) => metricOf(name, declared).better === "higher"),
  };
}

/**
 * Returns the metric by which the worst partitions are those that lose most: the value or the units of the holdout's errors;
 * else the first metric.
 */
const firstMetric = (metrics: readonly string[]) =>
  [LOST_VALUE, "holdout_mae"].find((name) => metrics.includes(name)) ?? metrics[0] ?? null;

/** Counts the partitions of each value of an attribute. */
function valueCounts({ name, values, codes }: Attribute): PartitionsHead["attributes"][number] {
  const counts = new Uint32Array(values.length);
  for (const code of codes) count(counts, code);
  return { name, values: Array.from(zip(values, counts), ([value, n]) => ({ value, count: n })) };
}

/** Returns one page of a table's rows. @throws {ManymodelError} `usage` for a query that makes no sense */
export async function partitionPage(
  search: PartitionSearch,
  query: PartitionQuery,
  { offset, limit, metrics }: { offset: number; limit: number; metrics: readonly string[] },
): Promise<PartitionPage> {
  const began = performance.now();
  const { table } = search;
  const { matched, rows } = await search.find(query, offset, Math.min(limit, MOST_ROWS));
  const columns = await Promise.all(
    metrics.map(async (name) => {
      const column = await search.metric(name);
      if (column === undefined)
        throw new ManymodelError("usage", `there is no metric ${show(name)}; there is ${search.metrics.join(", ")}`);
      return column;
    }),
  );
  const page = Array.from(rows, (row): PartitionRow => {
    const { outcome, kind, reason, nObs, fitMs } = rowAt(table, row);
    const key = textAt(table.keys, row);
    return {
      key,
      text: keyLabel(key),
      outcome,
      kind,
      nObs,
      fitMs,
      error: reason === null ? null : `${reason.type}: ${reason.message}`,
      metrics: columns.map((column) => finite(column[row])),
    };
  });
  return { matched, offset, metrics, rows: page, tookMs: performance.now() - began };
}

/** Returns a number that JSON can hold, or null: for one that is not finite, or not there. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
