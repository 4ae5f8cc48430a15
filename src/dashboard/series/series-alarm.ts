import type { Engine } from "../../ports/engine.ts";
import type { MonitorTables } from "../monitor/monitor-view.ts";
import type { SeriesAlarm } from "../wire.ts";

const MOST_VERDICTS = 1000;

/**
 * Returns the latest alarm of a partition in a version that this run became; null if monitoring found nothing amiss.
 */
export async function alarmOf(
  { source, tables, versions }: Engine,
  { status }: Pick<MonitorTables, "status">,
  runId: string,
  partitionKey: string,
): Promise<SeriesAlarm | null> {
  const registered = (await versions.list()).filter((version) => version.runId === runId);
  if (registered.length === 0 || (await source.columns(status)) === undefined) return null;
  const { rows } = await tables.query(
    `SELECT MODEL_NAME, MODEL_VERSION, VERDICT, REASONS, SINCE FROM ${status}
     WHERE PARTITION_KEY = $1 ORDER BY MONITORED_AT DESC`,
    [partitionKey],
    MOST_VERDICTS,
  );
  const latest = rows.find(([model, version]) =>
    registered.some((one) => one.model === model && one.version === version),
  );
  if (latest === undefined || latest[2] === "ok") return null;
  const [, , verdict, reasons, since] = latest;
  return {
    verdict: String(verdict),
    reasons: String(reasons ?? ""),
    since: since === null || since === undefined ? null : String(since),
  };
}
