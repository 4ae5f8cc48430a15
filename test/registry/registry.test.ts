import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { openFolderStage } from "../../dist/api/open-engine.js";
import { openFinder } from "../../dist/runs/find-partition.js";
import { readIndex } from "../../dist/runs/read-index.js";
import { start } from "../processes.ts";
import { body, dailyQuery, fillDaily, openWorkspace, temporaryFolder } from "../workspace.ts";

const KEYS = Array.from({ length: 8 }, (_, i) => `U0${i}`);

/** Trains with the given errors as `holdout_mase`; keys without one fail. */
async function trained(mm: ManyModel, error: (i: number) => number, keys: readonly string[] = KEYS, add = 0) {
  const errors = Object.fromEntries(KEYS.map((key, i) => [key, error(i)]));
  const options = { dataQuery: dailyQuery, chunksPerJob: 3, exports: { errors, add } };
  const { runId } = await mm.foreach({ unit_id: keys }).dopar(body("scored"), options);
  return runId;
}

async function prepared(engine: "local" | "memory" = "local") {
  const mm = await openWorkspace(engine);
  await fillDaily(mm, 8, 4);
  const run = await trained(mm, (i) => i + 1);
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 2 });
  return { mm, run };
}

const forecasts = async (mm: ManyModel, version: string) => {
  await mm.registry.runBatch({ model: "M", version, inputTable: "SALES", outputTable: `OUT_${version}` });
  const { rows } = await mm.engine.tables.query(
    `SELECT PARTITION_KEY, STEP, FORECAST, STATUS FROM OUT_${version} ORDER BY ALL`,
    [],
    1000,
  );
  return rows;
};

describe("aliases", () => {
  it("move, are rolled back step by step, and everybody's moves are in the log", async () => {
    const { mm, run } = await prepared("memory");
    const { registry } = mm;
    for (const version of ["V2", "V3"]) await registry.logManyModel({ name: "M", version, run, horizon: 2 });
    expect((await registry.getModelVersion("M"))!.version).toBe("V3");
    await registry.setDefaultModelVersion("M", "V1");
    expect((await registry.getModelVersion("M"))!.version).toBe("V1");
    expect(await registry.runBatch({ model: "M", inputTable: "SALES" })).toMatchObject({ version: "V1" });
    for (const version of ["V1", "V2", "V3"]) await registry.as("ann").setModelAlias("M", "champion", version);
    expect(await registry.rollback("M", "champion")).toBe("V2");
    expect(await registry.rollback("M", "champion")).toBe("V1");
    await expect(registry.rollback("M", "champion")).rejects.toThrow("has only ever pointed at V1");
    await expect(registry.rollback("M", "none")).rejects.toThrow('M has no alias "none"');
    await registry.setModelAlias("M", "champion", "V3");
    expect(await registry.rollback("M", "champion")).toBe("V1");
    const log = await registry.audit({ model: "M" });
    expect(log.filter(({ by }) => by === "ann").map(({ action, version }) => [action, version])).toEqual(
      ["V1", "V2", "V3"].map((version) => ["set-alias", version]),
    );
    await expect(registry.deleteModelVersion("M", "V1")).rejects.toThrow("champion, default of M points at V1");
  });

  it("moved by two processes at once end where the last one in the log put them", async () => {
    const { mm, run } = await prepared();
    await mm.registry.logManyModel({ name: "M", version: "V2", run, horizon: 2 });
    const moves = [1, 2, 1, 2].map((n) => start(mm, "model", "alias", "M", "champion", `V${n}`));
    for (const move of moves) expect((await move.ended)[0], move.output().stderr).toBe(0);
    const log = (await mm.models.audit({ model: "M" })).filter(({ action }) => action === "set-alias");
    expect(log).toHaveLength(4);
    expect((await mm.registry.getModelVersion("M", "champion"))!.version).toBe(log.at(-1)!.version);
    log.forEach(({ details }, i) => {
      expect(details.before).toBe(i === 0 ? null : log[i - 1]!.version);
    });
  });
});

describe("a patched version", () => {
  it("shares models that were not replaced, to the bit, and names their origin", async () => {
    const { mm, run } = await prepared();
    const before = await forecasts(mm, "V1");
    const by = await trained(mm, (i) => (i === 5 ? -1 : 0.5), ["U02", "U05", "U06"], 1);
    const patched = await mm.models.patch({ model: "M", run: by, comment: "better" });
    expect(patched).toMatchObject({ version: "V2", parent: "V1", horizon: 2, comment: "better" });
    const after = await forecasts(mm, "V2");
    const differ = (a: unknown[][], b: unknown[][]) =>
      KEYS.filter((key) => {
        const of = (rows: unknown[][]) => JSON.stringify(rows.filter(([k]) => k === `s:${key}`));
        return of(a) !== of(b);
      });
    expect(differ(before as never, after as never)).toEqual(["U02", "U06"]);
    const diff = await mm.models.diff("M", "V1", "V2");
    expect(diff).toMatchObject({ added: [], lost: [], changed: ["s:U02", "s:U06"], unchanged: 6 });
    expect(diff.metrics).toEqual([{ metric: "holdout_mase", partitions: 2, before: 5, after: 0.5 }]);
    expect(diff.warning).toBeNull();
    expect(await mm.models.diff("M", "V1", "V1")).toMatchObject({ changed: [], unchanged: 8, metrics: [] });
    const lineage = await mm.registry.modelLineage("M", "V2");
    expect(lineage.ancestors).toEqual(["V1"]);
    expect(lineage.runs.map(({ runId, partitions }) => [runId, partitions])).toEqual([
      [run, 6],
      [by, 2],
    ]);
    expect(await mm.runs.verify(patched.runId)).toMatchObject({ partitions: 8, problems: [] });
    for (const used of [run, by, patched.runId])
      await expect(mm.runs.delete(used)).rejects.toThrow(/delete (the version|it) first/);
  });

  it("takes in partitions that the version did not have", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 8, 4);
    const run = await trained(mm, () => 1, KEYS.slice(0, 5));
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 2 });
    const by = await trained(mm, () => 2, KEYS.slice(4), 1);
    await mm.models.patch({ model: "M", base: "V1", run: by });
    const diff = await mm.models.diff("M", "V1", "V2");
    expect(diff).toMatchObject({ added: ["s:U05", "s:U06", "s:U07"], changed: ["s:U04"], unchanged: 4 });
    expect(await mm.registry.runBatch({ model: "M", version: "V2", inputTable: "SALES" })).toMatchObject({ ok: 8 });
  });
});

describe("a partition", () => {
  it("is found by its key in a version of several runs, and nowhere else", async () => {
    const { mm } = await prepared();
    const by = await trained(mm, () => 0.5, ["U02", "U06"]);
    const { index } = await mm.models.patch({ model: "M", run: by });
    const finder = await openFinder(mm.engine.stage, await readIndex(mm.engine.stage, index, "it was registered"));
    for (const key of KEYS) {
      const row = (await finder.row(`s:${key}`))!;
      expect(row.row.partitionKey).toBe(`s:${key}`);
      const mase = JSON.parse(row.row.metrics!).holdout_mase;
      expect(mase).toBe(key === "U02" || key === "U06" ? 0.5 : KEYS.indexOf(key) + 1);
    }
    expect(await finder.row("s:U99")).toBeUndefined();
  });
});

describe("an exported version", () => {
  it("scores elsewhere as it does here, and is refused if it was altered", async () => {
    const { mm } = await prepared();
    await mm.models.patch({ model: "M", run: await trained(mm, () => 0.5, ["U02"], 1) });
    const folder = await temporaryFolder();
    const out = path.join(folder, "out");
    expect(await mm.models.export("M", "V2", await openFolderStage(out))).toBeGreaterThan(4);
    await expect(mm.models.export("M", "V2", await openFolderStage(out))).rejects.toThrow("is not empty");
    const other = await openWorkspace("local");
    await fillDaily(other, 8, 4);
    const imported = await other.models.import(await openFolderStage(out), { version: "V7" });
    expect(imported).toMatchObject({ model: "M", version: "V7" });
    expect(await forecasts(other, "V7")).toEqual(await forecasts(mm, "V2"));
    expect(await other.runs.verify(imported.runId)).toMatchObject({ problems: [] });
    await expect(other.models.import(await openFolderStage(out), { version: "V7" })).rejects.toThrow(
      "has a version V7",
    );
    const third = await openWorkspace("local");
    const description = JSON.parse(await readFile(path.join(out, "version.json"), "utf8"));
    const segment = description.files.find((file: { path: string }) => file.path.endsWith(".parquet")).path;
    await appendFile(path.join(out, segment), "x");
    await expect(third.models.import(await openFolderStage(out))).rejects.toThrow("was changed after");
    await writeFile(path.join(out, "version.json"), '{"formatVersion":1}');
    await expect(third.models.import(await openFolderStage(out))).rejects.toThrow("does not describe");
    expect(await third.registry.showVersions()).toEqual([]);
  });

  it("can be one file a partition", async () => {
    const { mm } = await prepared();
    const folder = await temporaryFolder();
    expect(await mm.models.exportPartitions("M", undefined, await openFolderStage(folder))).toBe(8);
    const { files } = JSON.parse(await readFile(path.join(folder, "partitions.json"), "utf8"));
    const one = JSON.parse(await readFile(path.join(folder, files["s:U03"]), "utf8"));
    expect(one).toMatchObject({ key: ["U03"], outcome: "succeeded", metrics: { holdout_mase: 4 } });
    expect(await readdir(folder)).toHaveLength(9);
  });
});

it("deletes versions and runs that nothing uses, and no others", async () => {
  const { mm, run } = await prepared();
  await expect(mm.runs.delete(run)).rejects.toThrow("version M V1 uses run");
  await mm.registry.setModelTag("M", "V1", "season", "winter");
  await mm.registry.setModelMetric("M", "V1", "mase", 0.9);
  await mm.registry.setModelComment("M", "V1", "the first");
  expect((await mm.registry.showAnnotations("M", "V1")).map(({ value }) => value)).toEqual([
    "the first",
    0.9,
    "winter",
  ]);
  await expect(mm.registry.setModelMetric("M", "V1", "mase", Number.NaN)).rejects.toThrow("must be a finite number");
  await mm.registry.deleteModelVersion("M", "V1");
  await mm.runs.delete(run);
  expect(await mm.engine.catalog.run(run)).toBeUndefined();
  expect(await mm.engine.stage.list(`runs/${run}/`)).toEqual([]);
  expect(await mm.engine.queue.chunks(run)).toEqual([]);
  const { rows } = await mm.engine.tables.query("SELECT count(*) FROM TRAINING_RESULTS", [], 1);
  expect(rows).toEqual([[0]]);
  expect((await mm.models.audit()).map(({ action }) => action)).toContain("delete-run");
});
