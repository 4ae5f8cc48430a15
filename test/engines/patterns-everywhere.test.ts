import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { temporaryFolder } from "../workspace.ts";

/** The examples of the four patterns, and how many partitions each has. */
const PATTERNS = { "sku-forecasts": 5, "store-sales": 6, churn: 3, "sensor-anomalies": 6 } as const;
type Pattern = keyof typeof PATTERNS;
const ENGINES = EVERY_ENGINE.filter(([name]) => name === "local" || name === "postgres");

/** Imports the data of an example, and opens its configuration with tables of its own. */
async function openExample(pattern: Pattern, { engine, tables }: ManyModel): Promise<ManyModel> {
  const example = fileURLToPath(new URL(`../../examples/${pattern}/`, import.meta.url));
  const folder = await temporaryFolder();
  await promisify(execFile)(process.execPath, [path.join(example, "data.mjs")], { cwd: folder });
  const prefix = pattern.replaceAll("-", "_").toUpperCase();
  let yaml = await readFile(path.join(example, "manymodel.yaml"), "utf8");
  for (const name of await readdir(folder)) {
    const table = `${prefix}_${name.replace(".csv", "").replaceAll("-", "_").toUpperCase()}`;
    await tables.import(path.join(folder, name), { table });
    yaml = yaml.replaceAll(name, table);
  }
  const config = parse(yaml);
  const file = path.join(folder, "manymodel.yaml");
  const batch = { ...config.batch, output_table: `${prefix}_SCORES`, readings_table: `${prefix}_VERDICTS` };
  const monitor = {
    ...config.monitor,
    ...{ ledger_table: `${prefix}_LEDGER`, status_table: `${prefix}_STATUS`, measures_table: `${prefix}_MEASURES` },
  };
  await writeFile(file, stringify({ ...config, batch, monitor, register: { name: prefix } }));
  await using configured = await connect(file);
  return new ManyModel(configured.config, engine);
}

/** The results of the first engine, which the others must repeat to the bit. */
const results = new Map<Pattern, unknown>();

describe.each(ENGINES)("the four patterns (%s)", (_, missing, open) => {
  it.skipIf(missing !== undefined)("are trained, registered, scored and monitored with equal results", async () => {
    const lab = await open("");
    // Threads would start anew for each of eight steps; test/engines has them at work.
    Object.assign(lab.engine, { workers: inProcessWorkers() });
    const rowsOf = async (sql: string) => (await lab.tables.query(sql, [], { limit: 10_000 })).rows;
    for (const [pattern, partitions] of Object.entries(PATTERNS) as [Pattern, number][]) {
      const mm = await openExample(pattern, lab);
      const prefix = mm.config.register.model;
      const run = await mm.train();
      expect(run.index, pattern).toMatchObject({ succeeded: partitions, failed: 0 });
      await mm.models.register({ run });
      const isSensor = pattern === "sensor-anomalies";
      const inputTable = isSensor ? { readings: true, inputTable: `${prefix}_TODAY` } : {};
      expect(await mm.score(inputTable), pattern).toMatchObject({ ok: partitions, errors: 0 });
      const values = isSensor ? "VALUE, EXPECTED, LOWER, UPPER, SCORE, KIND" : "FORECAST, STATUS";
      const scores = await rowsOf(
        `SELECT PARTITION_KEY, STEP, ${values} FROM ${prefix}_${isSensor ? "VERDICTS" : "SCORES"} ORDER BY PARTITION_KEY, STEP`,
      );
      expect(scores.length, pattern).toBeGreaterThan(100);
      const monitored = isSensor ? undefined : (await mm.monitor()).verdicts;
      const verdicts = isSensor
        ? scores.filter(([, , , , , , , kind]) => kind !== null)
        : await rowsOf(`SELECT PARTITION_KEY, VERDICT, SEVERITY, REASONS FROM ${prefix}_STATUS ORDER BY PARTITION_KEY`);
      expect(verdicts.length, pattern).toBeGreaterThanOrEqual(partitions);
      const result = { scores, monitored, verdicts };
      if (!results.has(pattern)) results.set(pattern, result);
      expect(result, pattern).toEqual(results.get(pattern));
    }
  });
});
