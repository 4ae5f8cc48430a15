import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Allowance } from "../../../src/dashboard/base/allowance.ts";
import { partitionsHead } from "../../../src/dashboard/partitions/partition-view.ts";
import type { RunTable } from "../../../src/dashboard/partitions/run-table.ts";
import { TableCache } from "../../../src/dashboard/partitions/table-cache.ts";
import { seriesDetail } from "../../../src/dashboard/series/series-view.ts";
import { start, until } from "../../processes.ts";
import { body, fillDaily, openWorkspace, temporaryFolder } from "../../workspace.ts";

it("shows the committed chunks of a killed run", async () => {
  const gate = path.join(await temporaryFolder(), "never");
  const mm = await openWorkspace(
    "local",
    `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }
model: ${JSON.stringify(fileURLToPath(body("shown")))}
train:
  chunks_per_job: 15
  workers: 2
  exports: { target: Y, period: 7, horizon: 7, holdout: 7, method: holt-winters, pauseMs: 0, gate: ${JSON.stringify(gate)} }
`,
  );
  await fillDaily(mm, 30, 40);
  const { child, ended } = start(mm, "train", "--run-id", "killed");
  await until(async () => (await mm.engine.queue.counts("killed").catch(() => null))?.partitionsFinished === 10);
  child.kill("SIGKILL");
  await ended;
  const cache = new TableCache(mm.engine);
  let table: RunTable | undefined;
  await until(async () => {
    table = (await cache.get("killed", 0)) as RunTable;
    return table.progress!.there === 10;
  });
  expect(table!.progress).toEqual({ there: 10, committed: 10, done: 10 });
  const head = partitionsHead("killed", table!);
  expect(head).toMatchObject({ partitions: 30, outcomes: { succeeded: 10 }, metric: "holdout_mae" });
  const { rows } = await table!.search.find({ sort: "key", descending: true }, 0, 3);
  expect([...rows].map((row) => table!.search.table.at[row])).toHaveLength(3);
  expect(await seriesDetail(mm.engine, "killed", "s:U09")).toMatchObject({
    outcome: "succeeded",
    log: null,
    series: { forecast: { levels: [80, 95] } },
  });
  expect(await seriesDetail(mm.engine, "killed", "s:U10")).toMatchObject({ pending: { chunk: 6, at: 5, letter: "l" } });
  expect(await seriesDetail(mm.engine, "killed", "s:U29")).toMatchObject({ pending: { chunk: 15, letter: "a" } });
  await expect(seriesDetail(mm.engine, "killed", "s:nobody")).rejects.toMatchObject({ kind: "not-found" });
});

it("allows a little at once, and then a hundredth of a core", async () => {
  let [now, spent] = [0, 0];
  const allowance = new Allowance(
    () => now,
    () => spent,
  );
  const take = (ms: number) => allowance.spend(async () => void (spent += ms));
  await take(100);
  expect(allowance.isLeft).toBe(true);
  await take(200);
  expect(allowance.isLeft).toBe(false);
  now += 9000;
  expect(allowance.isLeft).toBe(false);
  now += 2000;
  expect(allowance.isLeft).toBe(true);
  now += 1e6;
  await take(201);
  expect(allowance.isLeft).toBe(false);
});
