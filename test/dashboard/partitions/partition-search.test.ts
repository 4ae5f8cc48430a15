import { expect, it } from "vitest";
import { stagePath } from "../../../src/core/stage-path.ts";
import { buildTable } from "../../../src/dashboard/partitions/build-table.ts";
import { PartitionSearch } from "../../../src/dashboard/partitions/partition-search.ts";
import { getTable, putTable } from "../../../src/dashboard/partitions/partition-table.ts";
import { partitionPage, partitionsHead } from "../../../src/dashboard/partitions/partition-view.ts";
import { partitionsCsv } from "../../../src/dashboard/partitions/partitions-csv.ts";
import type { RunTable } from "../../../src/dashboard/partitions/run-table.ts";
import { TableCache } from "../../../src/dashboard/partitions/table-cache.ts";
import { readIndex } from "../../../src/runs/read-index.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../../workspace.ts";

it.each(["memory", "local"] as const)(
  "sorts and searches the partitions of a run, on the %s engine",
  async (engine) => {
    const mm = await openWorkspace(engine);
    await fillDaily(mm, 30, 10);
    const run = await mm.foreachPartition("unit_id").dopar(body("scored"), {
      dataQuery: dailyQuery,
      chunksPerJob: 4,
      modelRunId: "r",
      mode: engine === "memory" ? "local" : "tasks",
      exports: { errors: { U03: 2, U04: 1, U05: -1 } },
    });
    const cache = new TableCache(mm.engine);
    const table = (await cache.get("r", 60_000)) as RunTable;
    const { search } = table;
    expect(search).toBeInstanceOf(PartitionSearch);
    const head = partitionsHead("r", table);
    expect(head.progress).toBeNull();
    expect(head.partitions).toBe(30);
    expect(head.outcomes.succeeded).toBe(run.index.succeeded);
    const page = await partitionPage(search, { sort: "key", descending: true }, { offset: 1, limit: 3, metrics: [] });
    expect(page.rows.map(({ text }) => text)).toEqual(["U28", "U27", "U26"]);
    const worst = await partitionPage(
      search,
      { sort: "holdout_mase", descending: true },
      { offset: 0, limit: 2, metrics: ["holdout_mase"] },
    );
    expect(worst.rows.map(({ text, metrics }) => [text, ...metrics])).toEqual([
      ["U03", 2],
      ["U04", 1],
    ]);
    expect((await search.find({ text: "u1" }, 0, 100)).matched).toBe(10);
    expect((await search.find({ text: "u1" }, 8, 100)).rows).toHaveLength(2);
    expect((await search.find({ text: " 1, Ú " }, 0, 100)).matched).toBe(12);
    expect((await search.find({ outcome: "failed" }, 0, 100)).matched).toBe(run.index.failed);
    const pieces: string[] = [];
    const worstTwo = partitionsCsv(search, { text: "u0", sort: "holdout_mase", descending: true }, [
      { name: "UNIT_ID", type: "string" },
    ]);
    for await (const piece of worstTwo) pieces.push(piece);
    const lines = pieces.join("").split("\n");
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^UNIT_ID,OUTCOME,MODEL_KIND,N_OBS,FIT_MS,ERROR_TYPE,ERROR_MESSAGE,.*holdout_mase/);
    expect(lines[1]).toMatch(/^U03,succeeded,/);
    expect(lines[1]).toMatch(/,,,.*\b2\b/);
    expect(lines[2]).toMatch(/^U04,succeeded,/);
    await expect(search.find({ sort: "nothing" }, 0, 1)).rejects.toThrow('no metric "nothing"');
  },
);

it("keeps a table on the stage as it was made", async () => {
  const mm = await openWorkspace("memory");
  await fillDaily(mm, 5, 10);
  const { index } = await mm
    .foreachPartition("unit_id")
    .dopar(body("average"), { dataQuery: dailyQuery, mode: "local", modelRunId: "r" });
  const { stage } = mm.engine;
  const built = await buildTable(stage, await readIndex(stage, index, "it was completed"));
  await putTable(stage, stagePath.partitionTable("r", index.sha256), built.head, built.columns, built.metrics);
  const table = await getTable(stage, "r", index.sha256);
  expect(table?.head).toEqual(built.head);
  for (const [name, values] of Object.entries(built.columns)) expect(table).toHaveProperty(name, values);
  expect(await getTable(stage, "r", "another index")).toBeUndefined();
});
