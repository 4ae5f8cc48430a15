import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { temporaryFolder } from "../workspace.ts";

const HOUR = 3_600_000;
const text = (time: number) => new Date(time).toISOString().slice(0, 19);

/**
 * Hours by the clocks of Berlin, from midnight of Saturday the 25th to 23:00 of Monday the 27th of October 2025: on Sunday it
 * is 2:00 twice. Values count the hours.
 */
const HOURS = Array.from({ length: 73 }, (_, i) => Date.UTC(2025, 9, 24, 22) + i * HOUR).map(
  (instant, i) => `A,${text(instant + (instant < Date.UTC(2025, 9, 26, 1) ? 2 : 1) * HOUR)},${i}`,
);

/** Midnights in Berlin over the same change, as instants. */
const MIDNIGHTS = ["25T00:00:00+02:00", "26T00:00:00+02:00", "27T00:00:00+01:00", "28T00:00:00+01:00"].map(
  (time, i) => `A,2025-10-${time},${i}`,
);

const yaml = (table: string) => `source:
  table: ${table}
  partition_by: sku
  order_by: ts
  target: qty
  time_zone: Europe/Berlin
model: drift
train: { mode: local, horizon: 2, holdout: 0 }
batch: { levels: [80] }
`;

async function openTable(
  open: (yaml: string) => Promise<ManyModel>,
  table: string,
  rows: readonly string[],
): Promise<ManyModel> {
  const mm = await open(yaml(table));
  // The driver of the account's local server cannot read from a thread.
  Object.assign(mm.engine, { workers: inProcessWorkers() });
  const file = path.join(await temporaryFolder(), "rows.csv");
  await writeFile(file, ["sku,ts,qty", ...rows].join("\n"));
  await mm.tables.import(file, { table });
  return mm;
}

async function forecast(mm: ManyModel) {
  const run = await mm.train();
  await mm.models.register({ run });
  const trained = await mm.tables.query("SELECT N_OBS, SERIES.INTERVAL FROM TRAINING_RESULTS SERIES");
  expect(await mm.score()).toMatchObject({ ok: 1 });
  const { times, mean } = await mm.forecast("MANY_MODEL_FORECAST", "A");
  return { trained: trained.rows.map(([n, interval]) => [Number(n), interval]), times, mean };
}

describe.each(EVERY_ENGINE)("on %s", (name, missing, open) => {
  it.skipIf(missing !== undefined)("reads local hours over a change of clocks as instants", async () => {
    const mm = await openTable(open, "HOURS", HOURS);
    const { trained, times, mean } = await forecast(mm);
    expect(trained).toEqual([[73, "PT3600S"]]);
    // 23:00 in Berlin is 22:00 in UTC; the drift of a line is the line.
    expect(times).toEqual(["2025-10-27 23:00:00", "2025-10-28 00:00:00"]);
    expect(mean[0]).toBeCloseTo(73, 9);
    expect(mean[1]).toBeCloseTo(74, 9);
  });

  // An import into Snowflake stores the instants of a file as timestamps without a zone.
  it.skipIf(missing !== undefined || name.startsWith("snowflake"))("reads local midnights as days", async () => {
    const mm = await openTable(open, "MIDNIGHTS", MIDNIGHTS);
    const { trained, times, mean } = await forecast(mm);
    expect(trained).toEqual([[4, "P1D"]]);
    expect(times).toEqual(["2025-10-29 00:00:00", "2025-10-30 00:00:00"]);
    expect(mean[0]).toBeCloseTo(4, 9);
    expect((await mm.snapshot()).zone).toEqual({ name: "Europe/Berlin", timeOfDay: 0 });
  });
});
