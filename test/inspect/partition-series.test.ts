import type { Run } from "manymodel";
import { expect, it } from "vitest";
import { openPartitions } from "../../src/inspect/partition-series.ts";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const FORECASTER = new URL("../../dist/model/builtin/forecaster.js", import.meta.url);

/** Returns a run as a source of partitions. */
const ofRun = ({ runId, index, manifest }: Run) => ({
  name: `run ${runId}`,
  runId,
  index,
  input: manifest.snapshot.query,
  horizon: 2,
  levels: [80, 95],
  advance: true,
});

it.each(["local", "memory"] as const)("one partition as it was trained, gaps included (%s)", async (engine) => {
  const mm = await openWorkspace(engine, "source: { table: SALES, partition_by: K, order_by: T, target: Y }\n");
  const columns = [
    { name: "K", type: "integer" },
    { name: "T", type: "date" },
    { name: "Y", type: "number" },
  ] as const;
  const days = Array.from({ length: 21 }, (_, day) => day).filter((day) => day !== 10);
  await fillTable(
    mm,
    "SALES",
    [...columns],
    days.flatMap((day) => [1n, null].map((key) => [key, day * DAY, 10 + day])),
  );
  const run = await mm.foreachPartition("unit_id").dopar(body("snaive"), { mode: "local", modelRunId: "looked-at" });
  expect(run.index.failed).toBe(0);
  const read = await openPartitions(mm.engine, ofRun(run));
  const series = (await read("i:1"))!;
  expect(series).toMatchObject({ of: "run looked-at", target: "Y", scores: "steps", levels: [80, 95] });
  expect(Array.from(series.times, (time) => time / DAY)).toEqual(Array.from({ length: 21 }, (_, day) => day));
  expect([series.values[9], series.values[10], series.values[11]]).toEqual([19, NaN, 21]);
  expect(series.fitted).toHaveLength(21);
  expect("mean" in series.scored && Array.from(series.scored.times as Float64Array, (time) => time / DAY)).toEqual([
    21, 22,
  ]);
  expect((await read("n:"))!.row.key).toEqual([null]);
  expect(await read("i:2")).toBeUndefined();
});

it("without pinned data, shows the source's current rows at its times, without one-step forecasts", async () => {
  const mm = await openWorkspace("local", "source: { table: SALES, partition_by: K, order_by: T, target: Y }\n");
  const columns = [
    { name: "K", type: "string" },
    { name: "T", type: "number" },
    { name: "Y", type: "number" },
  ] as const;
  const rows = (n: number) => Array.from({ length: n }, (_, t) => ["a", t, t % 7]);
  await fillTable(mm, "SALES", [...columns], rows(30));
  const run = await mm.foreachPartition("unit_id").dopar(body("snaive"), { mode: "local" });
  const look = async () => (await (await openPartitions(mm.engine, ofRun(run)))("s:a"))!;
  expect((await look()).fitted).toHaveLength(30);
  await fillTable(mm, "SALES", [...columns], rows(35));
  expect((await look()).times).toHaveLength(30);
  await mm.engine.leftovers.erase(await mm.engine.leftovers.stored());
  const now = await look();
  // The model has not seen the five newer ones.
  expect([now.times.length, now.trained, now.fitted]).toEqual([30, 30, null]);
});

/** Returns a workspace whose rows of U00 and U01 grow. */
async function growing() {
  const mm = await openWorkspace(
    "local",
    "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }\n",
  );
  await fillDaily(mm, 2, 30);
  const exports = { method: "snaive", target: "Y", period: 7, horizon: 2, holdout: 2 };
  const train = (modelRunId: string, only?: string) =>
    (only === undefined ? mm.foreachPartition("unit_id") : mm.foreach({ unit_id: [only] })).dopar(FORECASTER, {
      mode: "local",
      modelRunId,
      exports,
      dataQuery: dailyQuery,
    });
  return { mm, train };
}
const days = (times: ArrayLike<unknown>) => Array.from(times, (time) => Number(time) / DAY);

it("newer rows of an updated model are between its training data and its forecast", async () => {
  const { mm, train } = await growing();
  const run = await train("first");
  await fillDaily(mm, 2, 40);
  const look = async (source = ofRun(run)) => (await (await openPartitions(mm.engine, source))("s:U00"))!;
  const series = await look();
  expect(series).toMatchObject({ trained: 30, note: null, scored: { status: "OK" } });
  expect(days(series.times)).toEqual(Array.from({ length: 40 }, (_, day) => day));
  expect(Array.from(series.values)).toEqual(Array.from({ length: 40 }, (_, day) => day / 10));
  expect(series.fitted).toHaveLength(30);
  expect("mean" in series.scored && days(series.scored.times!)).toEqual([40, 41]);
  // One that takes nothing in forecasts from where it was fitted.
  const still = await look({ ...ofRun(run), advance: false });
  expect([still.times.length, "mean" in still.scored && days(still.scored.times!)]).toEqual([30, [30, 31]]);
});

it("a patched partition has the rows of the run that made its model", async () => {
  const { mm, train } = await growing();
  const run = await train("first");
  await mm.registry.logManyModel({ name: "M", version: "V1", run: run.runId, horizon: 2 });
  await fillDaily(mm, 2, 40);
  const better = await train("better", "U01");
  const { runId, index } = await mm.models.patch({ model: "M", run: better.runId });
  const read = await openPartitions(mm.engine, { ...ofRun(run), runId, index, name: "M V2" });
  expect(await read("s:U00")).toMatchObject({ trained: 30, times: { length: 40 } });
  const patched = (await read("s:U01"))!;
  expect(patched).toMatchObject({ trained: 40, times: { length: 40 }, fitted: { length: 40 } });
  expect("mean" in patched.scored && days(patched.scored.times!)).toEqual([40, 41]);
});

it("newer rows that cannot update the model are reported, not bridged", async () => {
  const mm = await openWorkspace("local", "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE }\n");
  await fillDaily(mm, 1, 30);
  const run = await mm.foreachPartition("unit_id").dopar(body("snaive"), { mode: "local" });
  await fillDaily(mm, 1, 40);
  const series = (await (await openPartitions(mm.engine, ofRun(run)))("s:U00"))!;
  expect(series).toMatchObject({ trained: 30, times: { length: 30 }, scored: { status: "STALE" } });
  expect(series.note).toBe(
    "there are newer rows, which the model did not take in: the input has rows after 1970-01-30, and the model definition has no update to take them in",
  );
});
