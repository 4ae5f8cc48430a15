import type { ManyModel } from "manymodel";
import { fillTable } from "./workspace.ts";

export const HOUR = 3_600_000;
/** Hourly readings of sensors. */
export const READINGS = [
  { name: "SENSOR", type: "string" },
  { name: "AT", type: "timestamp" },
  { name: "READING", type: "number" },
] as const;

/** Returns an ordinary reading: a day's wave with small deterministic errors. */
export const usual = (t: number) => 20 + 5 * Math.sin((2 * Math.PI * t) / 24) + ((t * 7919) % 101) / 100;

/** Trains the detector on hourly readings, and registers it as version V1 of M. */
export async function registerDetector(
  mm: ManyModel,
  history: unknown[][],
  { holdout = 0 }: { holdout?: number } = {},
): Promise<void> {
  await fillTable(mm, "HISTORY", [...READINGS], history);
  const run = await mm
    .foreachPartition("unit_id")
    .dopar(new URL("../dist/model/builtin/sensor-anomalies.js", import.meta.url), {
      dataQuery: { table: "HISTORY", keyColumn: "SENSOR", orderBy: ["AT"] },
      exports: { target: "READING", time: "AT", period: 24, horizon: 3, holdout },
      mode: "local",
    });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
}
