import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { PARAMETERS } from "../../src/engines/snowflake/listed-versions.ts";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import { directoryStage } from "../../src/stages/directory.ts";
import { decodeScored } from "../../src/work/scored-json.ts";
import { body, dailyQuery, fillDaily, openWorkspace, temporaryFolder } from "../workspace.ts";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SOURCE = file("../../src/engines/snowflake/many_model.py");

/** A Python with `snowflake-ml-python` of PyPI: 700 MB, so that CI has none. */
const { MANYMODEL_SNOWFLAKE_ML: python } = process.env;

it.skipIf(python === undefined)(
  "the model is packed, loaded and run by snowflake-ml-python itself (skipped without MANYMODEL_SNOWFLAKE_ML)",
  async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 2, 30);
    const run = await mm.foreachPartition("unit_id").dopar(body("smoothed"), { dataQuery: dailyQuery, mode: "local" });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", levels: [80] });
    const query = "SELECT FORECAST, LO_80, HI_80 FROM FORECAST_RESULTS WHERE UNIT_ID = 'U01' ORDER BY STEP";
    const { rows } = await mm.engine.tables.query(query, [], 100);
    const folder = await temporaryFolder();
    const [version, scorer] = [path.join(folder, "version"), path.join(folder, "scorer.mjs")];
    const exported = directoryStage(version);
    await mm.models.export("M", "V1", exported);
    const manifest = `runs/${run.runId}/manifest.json`;
    await exported.put(manifest, await mm.engine.stage.get(manifest));
    await writeFile(scorer, await compileScorer());
    const input = Array.from({ length: 30 }, (_, i) => [0, 0, i, "U01", "U01", i * 86_400_000, 1 + i / 10]).reverse();
    const { stdout, stderr, status } = spawnSync(python!, [file("model_package.py"), SOURCE, version, scorer], {
      input: JSON.stringify(input),
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    const { outcome, ...rest } = JSON.parse(stdout) as { outcome: string };
    expect(rest).toEqual({ parameters: PARAMETERS, properties: { PARTITIONED: true } });
    const scored = decodeScored(outcome);
    if (!("mean" in scored)) throw new Error(outcome);
    expect(Array.from(scored.mean, (mean, i) => [mean, scored.lower[0]![i], scored.upper[0]![i]])).toEqual(rows);
  },
);
