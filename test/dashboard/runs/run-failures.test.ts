import { expect, it } from "vitest";
import type { RunTable } from "../../../src/dashboard/partitions/run-table.ts";
import { TableCache } from "../../../src/dashboard/partitions/table-cache.ts";
import { runFailures } from "../../../src/dashboard/runs/run-failures.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../../workspace.ts";

it("counts the failures of all chunks, however many have some", async () => {
  const mm = await openWorkspace("memory");
  await fillDaily(mm, 66, 4);
  const failing = Object.fromEntries(Array.from({ length: 66 }, (_, i) => [`U${String(i).padStart(2, "0")}`, -1]));
  const exports = { errors: { ...failing, U07: 1 } };
  const options = { dataQuery: dailyQuery, mode: "local", chunksPerJob: 33, modelRunId: "r", exports } as const;
  await mm.foreachPartition("unit_id").dopar(body("scored"), options);
  const failures = runFailures((await new TableCache(mm.engine).get("r", 60_000)) as RunTable);
  expect(failures).toMatchObject({ kinds: 1, unread: 0, groups: [{ message: "told to fail", count: 65 }] });
  expect(failures.groups[0]?.first.map(({ text }) => text)).toEqual(["U00", "U01", "U02", "U03", "U04"]);
});
