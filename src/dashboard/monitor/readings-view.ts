import type { Engine } from "../../ports/engine.ts";
import { keyLabel } from "../base/key-label.ts";
import { number } from "../base/status-query.ts";
import type { ReadingsDetail } from "../wire.ts";

const MOST_EVENTS = 200;
const MOST_KINDS = 100;

/**
 * Counts the events of sensors that batches of readings reported, by kind, and lists the latest. Null before there was
 * a batch.
 *
 * @param table - the table of readings
 */
export async function readingsDetail(
  { source, tables }: Pick<Engine, "source" | "tables">,
  table: string,
): Promise<ReadingsDetail | null> {
  const columns = (await source.columns(table))?.map(({ name }) => name);
  if (columns === undefined || !columns.includes("KIND")) return null;
  const reported = `FROM ${table} WHERE KIND IS NOT NULL`;
  const kinds = await tables.query(
    `SELECT KIND, COUNT(DISTINCT PARTITION_KEY), COUNT(*) ${reported} GROUP BY KIND ORDER BY KIND`,
    [],
    MOST_KINDS,
  );
  const events = await tables.query(
    `SELECT PARTITION_KEY, KIND, SINCE, COUNT(*), MAX(ABS(SCORE)) ${reported}
     GROUP BY PARTITION_KEY, KIND, SINCE ORDER BY SINCE DESC, PARTITION_KEY, KIND`,
    [],
    MOST_EVENTS,
  );
  return {
    kinds: kinds.rows.map(([kind, sensors, readings]) => ({
      kind: String(kind),
      sensors: Number(sensors),
      readings: Number(readings),
    })),
    events: events.rows.map(([key, kind, since, readings, score]) => ({
      key: String(key),
      text: keyLabel(String(key)),
      kind: String(kind),
      since: String(since),
      readings: Number(readings),
      score: number(score),
    })),
  };
}
