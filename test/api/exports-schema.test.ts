import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { dailyQuery, fillDaily, openWorkspace, runRows, temporaryFolder } from "../workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("a definition's schema checks and completes its exports once, before anything is trained", async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, "node_modules"));
  await symlink(path.join(root, "node_modules", "zod"), path.join(folder, "node_modules", "zod"));
  const definition = path.join(folder, "windowed.js");
  await writeFile(
    definition,
    `import { defineModel } from "manymodel";
    import { z } from "zod";
    export default defineModel({
      exports: z.object({ window: z.int().min(1), scale: z.number().default(2) }),
      fit: ({ exports }) => ({ model: { ...exports } }),
    });`,
  );
  const mm = await openWorkspace("memory");
  await fillDaily(mm, 3, 4);
  const loop = mm.foreachPartition("unit_id");
  const train = (exports: object) =>
    loop.dopar(definition, { dataQuery: dailyQuery, workers: 1, exports: exports as { window: number } });
  await expect(train({ window: 0 })).rejects.toThrow("exports.window: Too small");
  await expect(train({})).rejects.toThrow("exports.window: Invalid input");
  expect(await mm.runs.list()).toEqual([]);
  const run = await train({ window: 3, other: 1 });
  expect(run.manifest.exports).toEqual({ window: 3, scale: 2 });
  for (const { model } of await runRows(mm, run.runId)) expect(JSON.parse(model!)).toEqual({ window: 3, scale: 2 });
});
