import { expect, it } from "vitest";
import { type SeriesSurroundings, seriesDetail } from "../../../src/dashboard/series/series-view.ts";
import type { SeriesDetail } from "../../../src/dashboard/wire.ts";
import { openPartitions } from "../../../src/inspect/partition-series.ts";
import { openWorkspace } from "../../workspace.ts";
import { fillSales, SALES_YAML } from "../monitored.ts";

const DAY = 86_400_000;
const forecaster = new URL("../../../src/model/builtin/forecaster.ts", import.meta.url);
const exports = { method: "mean", target: "qty", period: 1, horizon: 12, holdout: 4 };
const around: SeriesSurroundings = { advance: true, monitored: { status: "MONITOR_STATUS" } };

/** Returns a version trained on 20 days, of which 32 are in the table by now; B jumped after the 20th. */
async function aged() {
  const mm = await openWorkspace("local", SALES_YAML);
  await fillSales(mm, 20);
  const run = await mm.foreachPartition("unit_id").dopar(forecaster, { exports, modelRunId: "first", workers: 1 });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 12 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
  await fillSales(mm, 32);
  await mm.monitor();
  const look = async (key: string, of = around, runId = "first") =>
    (await seriesDetail(mm.engine, runId, key, of)) as SeriesDetail;
  return { mm, run, look };
}

it("a series has the newer rows of the table, the forecast from them, and the findings of monitoring", async () => {
  const { mm, run, look } = await aged();
  const { series, alarm, notes } = await look("s:B");
  expect(notes).toEqual([]);
  expect(alarm).toMatchObject({ verdict: "drift", since: expect.stringMatching(/^1970-01-2\d/) });
  expect(series!.since).toBe(Date.parse(`${alarm!.since!.slice(0, 10)}Z`));
  expect(series).toMatchObject({
    trained: 20,
    newer: {
      table: "SALES",
      seen: "1970-01-20",
      latest: "1970-02-01",
      why: null,
      taken: true,
      command: "manymodel forecast B --run first",
    },
  });
  expect(series!.y).toHaveLength(32);
  expect(series!.y.slice(20)).toEqual(new Array(12).fill(30));
  expect(series!.fitted).toHaveLength(20);
  expect(series!.times!.map((time) => time / DAY)).toEqual(Array.from({ length: 44 }, (_, day) => day));
  // What it said when it was trained, and what `manymodel forecast` says now, to the bit.
  expect(series!.earlier![0]).toBeCloseTo(10, 9);
  const { index, manifest } = run;
  const source = { name: "run first", runId: "first", index, input: manifest.snapshot.query };
  const read = await openPartitions(mm.engine, { ...source, horizon: 12, levels: [80, 95], advance: true });
  const { scored } = (await read("s:B"))!;
  expect("mean" in scored && [...scored.mean]).toEqual(series!.forecast!.mean);
  expect("mean" in scored && [...scored.lower[1]!]).toEqual(series!.forecast!.lower[1]);
  expect((await look("s:A")).alarm).toBeNull();
  const odd = await look("s:it's <b>C</b>");
  expect(odd.series!.newer).toMatchObject({
    latest: "1970-02-01",
    command: "manymodel forecast 'it'\\''s <b>C</b>' --run first",
  });
});

it("a model that takes nothing in keeps its forecast, and the page says from when", async () => {
  const { look } = await aged();
  const still = await look("s:B", { ...around, advance: false });
  expect(still.series).toMatchObject({ trained: 20, earlier: null, newer: { latest: "1970-02-01", taken: false } });
  expect(still.series!.y).toHaveLength(32);
  expect(still.series!.forecast!.mean[0]).toBeCloseTo(10, 9);
  expect(still.series!.times).toHaveLength(32);
  // A table that is not there is said, and the series is drawn all the same.
  const missing = await look("s:B", { ...around, input: "GONE" });
  expect(missing.series).toMatchObject({ trained: 20, y: { length: 20 }, newer: { latest: null, taken: false } });
  expect(missing.series!.newer!.why).toContain("GONE");
  const file = await look("s:B", { ...around, input: "/data/sales.csv" });
  expect(file.series!.newer!.why).toBe("the source is a file, which is not read for the page");
});

it("a search for the alarm that fails is noted; without a table of monitoring there is none to search", async () => {
  const { look } = await aged();
  const { alarm, notes } = await look("s:B", { ...around, monitored: { status: "SALES" } });
  expect(alarm).toBeNull();
  expect(notes).toEqual([expect.stringMatching(/^It is not known whether there is an alarm: .*PARTITION_KEY/)]);
  expect(await look("s:B", { ...around, monitored: { status: "NONE" } })).toMatchObject({ alarm: null, notes: [] });
});

it("a series that failed claims no model", async () => {
  const mm = await openWorkspace("local", SALES_YAML);
  await fillSales(mm, 20);
  await mm.foreachPartition("unit_id").dopar(new URL("../../fixtures/bodies/scored.ts", import.meta.url), {
    exports: { errors: { B: -1 } },
    modelRunId: "first",
    workers: 1,
  });
  await fillSales(mm, 32);
  const { outcome, series } = (await seriesDetail(mm.engine, "first", "s:B", around)) as SeriesDetail;
  expect([outcome, series?.newer ?? null]).toEqual(["failed", null]);
});
