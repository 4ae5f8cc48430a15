import { appendFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

const training = (poison: Record<string, string> = {}) => ({
  dataQuery: dailyQuery,
  chunksPerJob: 4,
  maxAttempts: 1,
  fitTimeout: "5s",
  exports: { poison },
});

describe("verifying", () => {
  it("reads every artifact, and names missing and altered ones", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 12, 4);
    const { runId } = await mm.foreachPartition("unit_id").dopar(body("poisonous"), training());
    expect(await mm.runs.verify(runId)).toMatchObject({ segments: 4, partitions: 12, problems: [] });
    const stage = path.join(mm.config.directory, ".manymodel", "stage");
    const segment = (chunk: number) => `runs/${runId}/chunks/000${chunk}/1/segment.parquet`;
    await appendFile(path.join(stage, segment(2)), "x");
    await rm(path.join(stage, segment(3)));
    const [definition] = await readdir(path.join(stage, "definitions"));
    await writeFile(path.join(stage, "definitions", definition!), "export default {}");
    const { segments, partitions, problems } = await mm.runs.verify(runId);
    expect([segments, partitions]).toEqual([2, 6]);
    expect(problems).toEqual([
      `definitions/${definition} was changed after it was stored; its checksum differs`,
      `${segment(2)} was changed after it was committed; its checksum differs`,
      expect.stringContaining(`${segment(3)} is not on the stage`),
    ]);
    await expect(mm.runs.verify("none")).rejects.toThrow('no run "none"');
  });

  it("reads the rows that champions select, of every source", async () => {
    const mm = await openWorkspace("memory");
    await fillDaily(mm, 4, 4);
    const run = async (errors: Record<string, number>) =>
      (await mm.foreachPartition("unit_id").dopar(body("scored"), { dataQuery: dailyQuery, exports: { errors } }))
        .runId;
    const runs = [await run({ U00: 1, U01: 2, U02: 3, U03: 4 }), await run({ U00: 4, U01: 3, U02: 2, U03: 1 })];
    const { runId } = await mm.runs.champions({ runs, metric: "mase" });
    expect(await mm.runs.verify(runId)).toMatchObject({ partitions: 4, problems: [] });
  });
});

describe("collecting garbage", () => {
  const now = { olderThan: "1ms" };
  for (const engine of ["local", "memory"] as const)
    it(`on the ${engine} engine, finds unreferenced files, and nothing else`, async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 8, 4);
      const { runId } = await mm.foreachPartition("unit_id").dopar(body("scored"), {
        dataQuery: dailyQuery,
        chunksPerJob: 2,
        exports: { errors: { U00: 1, U05: 1 } },
      });
      await mm.registry.logManyModel({ name: "M", version: "V1", run: runId, horizon: 1 });
      expect(await mm.garbage(now)).toEqual([]);

      const { stage, output, catalog } = mm.engine;
      await stage.put(`runs/${runId}/chunks/0001/7/segment.parquet`, new Uint8Array(3));
      await output.write("SALES", { length: 1, columns: { UNIT_ID: { type: "string", values: ["x"] } } });
      await catalog.createRun("broken", "2026-01-01");
      await stage.put("runs/broken/manifest.json", new Uint8Array(2));
      await catalog.moveRun("broken", "failed", { error: "no rows" });
      await catalog.createRun("planning", "2026-01-01");
      await stage.put("runs/planning/manifest.json", new Uint8Array(2));
      await fillDaily(mm, 1, 2, "OTHER");
      await mm.snapshot({ ...dailyQuery, table: "OTHER" });
      const garbage = await mm.garbage(now);
      expect(garbage.map(({ what, why }) => [what, why]).sort()).toEqual([
        ["attempt", "another attempt at its chunk was committed"],
        ["part", "it was never published"],
        ["run", "it could not be planned: no rows"],
        ["snapshot", "no run in progress and no registered run was trained on it"],
      ]);
      expect((await mm.garbage({ olderThan: "1h" })).length).toBe(engine === "local" ? 2 : 4);
      await mm.garbage({ ...now, delete: true });
      expect(await mm.garbage(now)).toEqual([]);
      expect(await stage.list("runs/planning/")).toHaveLength(1);
      expect(await mm.runs.verify(runId)).toMatchObject({ problems: [] });
      expect(await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" })).toMatchObject({ ok: 8 });
    });
});

it("collects leftovers of killed processes", async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 2, 4);
  const workspace = path.join(mm.config.directory, ".manymodel");
  const left = ["stage/runs/r/.1234.tmp", "tmp/5678/duckdb_temp.block", "snapshots/.9abc-def/data.parquet"];
  for (const name of left) {
    await mkdir(path.dirname(path.join(workspace, name)), { recursive: true });
    await writeFile(path.join(workspace, name), "left");
  }
  expect(await mm.garbage({ olderThan: "1h", delete: true })).toEqual([]);
  const garbage = await mm.garbage({ olderThan: "1ms", delete: true });
  expect(
    garbage.map((entry) => [entry.what, "item" in entry && entry.item.id, "item" in entry && entry.item.bytes]),
  ).toEqual([
    ["snapshot", ".9abc-def", 4],
    ["temporary", "tmp/5678", 4],
    ["temporary", "stage/runs/r/.1234.tmp", 4],
  ]);
  expect(await mm.garbage({ olderThan: "1ms" })).toEqual([]);
});

describe("failures", () => {
  it("can be tried again, with the same data, definition and seeds", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 12, 4);
    const loop = mm.foreachPartition("unit_id");
    const first = await loop.dopar(body("poisonous"), training({ U03: "exit", U07: "exit" }));
    expect(first.index).toMatchObject({ succeeded: 10, failed: 2 });
    const again = await mm.runs.retry(first.runId);
    expect(again.index).toMatchObject({ succeeded: 0, failed: 2 });
    expect((await runRows(mm, again.runId)).map((row) => row.key[0])).toEqual(["U03", "U07"]);
    expect(again.manifest).toMatchObject({
      refines: first.runId,
      definition: first.manifest.definition,
      maxAttempts: 1,
    });
    expect(again.manifest.snapshot).toEqual(first.manifest.snapshot);
    const clean = await loop.dopar(body("poisonous"), training());
    await expect(mm.runs.retry(clean.runId)).rejects.toThrow("every partition of");
  });

  for (const mode of ["tasks", "queue"] as const)
    it(`stop a hopeless run early in ${mode} mode, with max_failed`, async () => {
      const mm = await openWorkspace("local");
      await fillDaily(mm, 60, 3);
      const errors = Object.fromEntries((await mm.keys(dailyQuery)).map((key) => [String(key), -1]));
      const { index, runId } = await mm.foreachPartition("unit_id").dopar(body("scored"), {
        dataQuery: dailyQuery,
        mode,
        chunksPerJob: 30,
        workers: 1,
        maxFailed: 0.1,
        exports: { errors },
      });
      expect(index.failed).toBeGreaterThan(6);
      expect(index.skipped).toBeGreaterThan(0);
      expect(index.failed + index.skipped).toBe(60);
      expect((await runRows(mm, runId)).at(-1)).toMatchObject({
        outcome: "skipped",
        errorType: "too-many-failures",
        errorMessage: "more partitions had failed than max_failed allows before its turn came",
      });
      const loop = mm.foreachPartition("unit_id");
      await expect(loop.dopar(body("scored"), { dataQuery: dailyQuery, maxFailed: 1.5 })).rejects.toThrow(
        "max_failed is 1.5",
      );
    });
});
