import { csvLine } from "../../core/csv-line.ts";
import type { Engine } from "../../ports/engine.ts";
import { type MonitoredQuery, monitoredPartitions } from "./monitored-partitions.ts";

/** Rows that are read at a time. */
const PIECE = 100_000;

/**
 * Writes all partitions that a query finds among those that the latest monitoring run of a version judged, in its order, as CSV
 * with a header.
 *
 * @throws {ManymodelError} as `monitoredPartitions`
 */
export async function* monitoredCsv(
  engine: Engine,
  status: string,
  query: Omit<MonitoredQuery, "offset" | "limit">,
): AsyncGenerator<string> {
  let head = csvLine(["PARTITION_KEY", "VERDICT", "SEVERITY", "RATIO", "SINCE", "REASONS"]);
  for (let offset = 0, matched = 1; offset < matched; offset += PIECE) {
    const page = await monitoredPartitions(engine, status, { ...query, offset, limit: PIECE });
    matched = page.matched;
    yield page.rows.reduce(
      (text, { key, verdict, severity, ratio, since, reasons }) =>
        text + csvLine([key, verdict, severity, ratio, since, reasons]),
      head,
    );
    head = "";
  }
}
