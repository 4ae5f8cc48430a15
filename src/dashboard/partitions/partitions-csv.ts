import { csvLine } from "../../core/csv-line.ts";
import { decodeKey, type KeyColumn, type KeyValue } from "../../core/partition-key.ts";
import { textAt } from "../base/text-column.ts";
import type { PartitionQuery, PartitionSearch } from "./partition-search.ts";
import { rowAt } from "./partition-table.ts";

/** The rows of one piece: small enough that other requests are answered between two of them. */
const PIECE = 2000;

/**
 * Writes the partitions that a query finds, in its order, as CSV with a header: the columns of the key, outcome, model,
 * rows, milliseconds of fitting, error, and every metric. A metric that a partition has not is an empty field.
 *
 * @throws {ManymodelError} `usage` for a query that makes no sense
 */
export async function* partitionsCsv(
  search: PartitionSearch,
  query: PartitionQuery,
  keyColumns: readonly KeyColumn[],
): AsyncGenerator<string> {
  const { table } = search;
  const { metrics } = search;
  const { rows } = await search.find(query, 0, table.head.rows);
  const columns = await Promise.all(metrics.map((name) => search.metric(name)));
  yield csvLine([
    ...keyColumns.map(({ name }) => name),
    "OUTCOME",
    "MODEL_KIND",
    "N_OBS",
    "FIT_MS",
    "ERROR_TYPE",
    "ERROR_MESSAGE",
    ...metrics,
  ]);
  for (let from = 0; from < rows.length; from += PIECE) {
    let text = "";
    for (const row of rows.subarray(from, from + PIECE)) {
      const { outcome, kind, reason, nObs, fitMs } = rowAt(table, row);
      const { key } = decodeKey(textAt(table.keys, row));
      const values = columns.map((column) => {
        const value = column?.[row];
        return value === undefined || Number.isNaN(value) ? null : value;
      });
      text += csvLine([
        ...key.map(fieldOf),
        outcome,
        kind,
        nObs,
        fitMs,
        reason?.type ?? null,
        reason?.message ?? null,
        ...values,
      ]);
    }
    yield text;
  }
}

/** Returns a value of a key as a field: an integer beyond 2^53 with all of its digits. */
const fieldOf = (value: KeyValue) => (typeof value === "bigint" ? String(value) : value);
