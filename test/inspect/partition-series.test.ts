import type { Run } from "manymodel";
import { expect, it } from "vitest";
import { openPartitions } from "../../src/inspect/partition-series.ts";
import { body, fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;

/** A run as a source of partitions. */
const ofRun = ({ runId, index, manifest }: Run) => ({
  name: `run ${runId}`,
  runId,
  index,
  input: manifest.snapshot.query,
  horizon: 2,
  levels: [80, 95],
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

it("where the pinned data were deleted, the source as it is now, without one-step forecasts", async () => {
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
  await mm.engine.tables.erase(await mm.engine.tables.stored());
  const now = await look();
  expect([now.times.length, now.fitted]).toEqual([35, null]);
});
