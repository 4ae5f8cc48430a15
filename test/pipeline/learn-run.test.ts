import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { start } from "../processes.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

const pooled = { dataQuery: dailyQuery, exports: { target: "Y" } };

/** Checks six series of `fillDaily` with 4 rows: their means are unit + 0.15, and halfway to the mean of all, 2.65. */
async function expectCompleted(mm: ManyModel, runId: string): Promise<void> {
  const rows = await runRows(mm, runId);
  expect(rows.map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: 6 }, (_, i) => (i === 3 ? "failed" : "succeeded")),
  );
  expect(rows[3]).toMatchObject({ errorType: "fit-error", errorMessage: "cannot complete this one", model: null });
  for (const [unit, { model, info }] of rows.entries()) {
    if (model === null) continue;
    expect(JSON.parse(model).mean).toBeCloseTo((unit + 0.15 + 2.65) / 2, 12);
    expect(info).toBe('{"rows":4}');
  }
  const learnt = JSON.parse(new TextDecoder().decode(await mm.engine.stage.get(`runs/${runId}/learnt.json`)));
  expect(learnt.keys).toEqual(["s:U00", "s:U01", "s:U02", "s:U03", "s:U04", "s:U05"]);
}

describe("a run that learns from all of its partitions", () => {
  for (const engine of ["local", "memory"] as const)
    it(`completes each model by it, for any chunks, on the ${engine} engine`, async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 6, 4);
      const loop = mm.foreachPartition("unit_id");
      const { runId, index } = await loop.dopar(body("pooled"), { ...pooled, chunksPerJob: 4 });
      expect(index).toMatchObject({ succeeded: 5, failed: 1, segments: 4 });
      await expectCompleted(mm, runId);
      expect(await mm.runs.checkDeterminism(runId)).toMatchObject({ partitions: 6, different: 0 });
      expect((await mm.runs.verify(runId)).problems).toEqual([]);
    });

  it("is resumed after its process was killed while it learnt", async () => {
    const mm = await openWorkspace("local");
    const marker = path.join(mm.config.directory, "marker");
    const yaml = `source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }
model: { name: "${fileURLToPath(body("pooled"))}", options: { marker: "${marker}" } }
train: { chunks_per_job: 3, workers: 1 }
`;
    await writeFile(path.join(mm.config.directory, "manymodel.yaml"), yaml);
    await fillDaily(mm, 6, 4);
    expect((await start(mm, "train", "--run-id", "r").ended)[1]).toBe("SIGKILL");
    expect(existsSync(marker)).toBe(true);
    const resumed = start(mm, "resume", "r");
    expect((await resumed.ended)[0], resumed.output().stderr).toBe(0);
    await expectCompleted(mm, "r");
  });
});

const [, postgres] = EVERY_ENGINE;
const [name, missing, open] = postgres!;
it.skipIf(missing !== undefined)(`gives the same on ${name}`, async () => {
  const mm = await open("");
  await fillDaily(mm, 6, 4);
  const { runId } = await mm.foreachPartition("unit_id").dopar(body("pooled"), { ...pooled, chunksPerJob: 3 });
  await expectCompleted(mm, runId);
});
