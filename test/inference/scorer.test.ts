import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import type { ScoreRequest } from "../../src/inference/scorer.ts";
import { directoryStage } from "../../src/stages/directory.ts";
import { decodeScored } from "../../src/work/scored-json.ts";
import { body, dailyQuery, fillDaily, openWorkspace, temporaryFolder } from "../workspace.ts";

const DAY = 86_400_000;

it.each([
  ["from a folder alone", false],
  ["from files that it asks for", true],
])("the compiled scorer answers %s, line by line, with a batch's bits", async (_, byReference) => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 3, 30);
  const run = await mm.foreachPartition("unit_id").dopar(body("smoothed"), { dataQuery: dailyQuery, mode: "local" });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", levels: [80] });
  const query = "SELECT UNIT_ID, FORECAST, LO_80, HI_80 FROM FORECAST_RESULTS ORDER BY UNIT_ID, STEP";
  const { rows } = await mm.engine.tables.query(query, [], 100);
  const folder = await temporaryFolder();
  const exported = directoryStage(path.join(folder, "version"));
  await mm.models.export("M", "V1", exported);
  const manifest = `runs/${run.runId}/manifest.json`;
  await exported.put(manifest, await mm.engine.stage.get(manifest));
  const program = path.join(folder, "scorer.mjs");
  await writeFile(program, await compileScorer());

  const used = path.join(folder, byReference ? "referred" : "version");
  if (byReference) {
    const described = JSON.parse(await readFile(path.join(folder, "version", "version.json"), "utf8"));
    await mkdir(used);
    await writeFile(path.join(used, "version.json"), JSON.stringify({ ...described, stage: "@S" }));
  }
  const fetched: string[] = [];
  const child = spawn(process.execPath, [program, used], {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: ScoreRequest | object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const line = (await answers.next()).value as string;
      if (!line.startsWith('{"fetch":')) return decodeScored(line);
      const { fetch: location } = JSON.parse(line) as { fetch: string };
      fetched.push(location);
      await mkdir(path.dirname(path.join(used, location)), { recursive: true });
      await copyFile(path.join(folder, "version", location), path.join(used, location));
      child.stdin.write(`${JSON.stringify({ fetched: location })}\n`);
    }
  };
  const columns = (unit: number) => {
    const days = Array.from({ length: 30 }, (_, day) => day);
    return [days.map(() => `U0${unit}`), days.map((day) => day * DAY), days.map((day) => unit + day / 10)];
  };
  const options = { horizon: 0, levels: [80], advance: true };
  for (let unit = 0; unit < 3; unit++) {
    const scored = await ask({ key: [`U0${unit}`], columns: columns(unit), ...options });
    if (!("mean" in scored)) throw new Error(JSON.stringify(scored));
    const steps = Array.from(scored.mean, (mean, i) => [`U0${unit}`, mean, scored.lower[0]![i], scored.upper[0]![i]]);
    expect(steps).toEqual(rows.filter(([id]) => id === `U0${unit}`));
    expect(Array.from(scored.times as Float64Array)).toEqual([30 * DAY, 31 * DAY, 32 * DAY]);
  }
  expect(await ask({ key: ["none"], columns: columns(0), ...options })).toMatchObject({ errorType: "not-trained" });
  expect(await ask({ ...options })).toMatchObject({ status: "ERROR", errorType: "predict-error" });
  // Each file is asked for once: the index, the keys, the definition, the manifest, and a segment.
  expect([fetched.length > 0, new Set(fetched).size]).toEqual([byReference, fetched.length]);
  child.stdin.end();
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
});
