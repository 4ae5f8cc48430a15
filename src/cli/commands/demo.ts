import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds, formatTable } from "../table.ts";
import { batchText } from "./batch.ts";
import { configurationText } from "./init.ts";
import { nextVersion } from "./register.ts";

interface DemoOptions extends CommonOptions {
  readonly directory: string;
  readonly series: number;
  readonly days: number;
}

/** `manymodel demo`: the whole path on synthetic data, in a workspace of its own. */
export function addDemo(program: Command): void {
  addCommand(program, "demo", "train, register and score synthetic series in a workspace of its own")
    .option("--directory <path>", "where to put the demo's configuration and workspace", "manymodel-demo")
    .option("--series <n>", "how many series", integer(1), 2000)
    .option("--days <n>", "length of each series", integer(60), 1095)
    .action(async (options: DemoOptions) => {
      const config = path.join(options.directory, "manymodel.yaml");
      await mkdir(options.directory, { recursive: true });
      if (!(await stat(config).catch(() => undefined))) await writeFile(config, configurationText(CONFIGURATION));
      print(await demo({ ...options, config }), options);
    });
}

const CONFIGURATION = {
  table: "SERIES_EVENTS",
  partitionBy: "UNIT_ID",
  orderBy: "OBS_DATE",
  target: "Y",
  period: 7,
  model: "auto-arima",
};

async function demo({ config, series: units, days, directory }: DemoOptions) {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  return withWorkspace({ config }, async (mm) => {
    const { setup } = await import("../../api/setup.ts");
    const { configuredModel } = await import("../../api/configured-model.ts");
    const began = performance.now();
    say(`1. Data: ${units} synthetic daily series of ${days} days`);
    const made = await setup(mm.engine.tables, mm.config.batch.output_table, {
      table: "SERIES_EVENTS",
      units,
      days,
      seed: 1,
    });
    if (made.kept.includes("SERIES_EVENTS")) say("   SERIES_EVENTS is there already and is used as it is");

    const { definition, exports } = await configuredModel(mm, mm.config.model);
    say(`2. Train: one ${mm.config.model} model per series, on ${mm.engine.workers.parallelism} threads`);
    const training = await showProgress("   training");
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(definition, { exports, onProgress: training.update })
      .finally(training.stop);

    const name = mm.config.register.name;
    const registering = performance.now();
    const version = await mm.registry.logManyModel({
      name,
      version: await nextVersion(mm, name),
      run,
      horizon: mm.config.train.horizon,
      partitionColumns: ["UNIT_ID"],
    });
    say(
      `3. Register: ${name} ${version.version}, one version for all models, in ${(performance.now() - registering).toFixed(0)} ms`,
    );

    say(`4. Score: every series into ${mm.config.batch.output_table}`);
    const scoring = await showProgress("   scoring");
    const batch = await mm.registry
      .runBatch({
        model: name,
        version: version.version,
        inputTable: "SERIES_EVENTS",
        outputTable: mm.config.batch.output_table,
        levels: mm.config.batch.levels,
        onProgress: scoring.update,
      })
      .finally(scoring.stop);
    const seconds = (performance.now() - began) / 1000;

    const sample = await mm.engine.tables.query(
      `SELECT UNIT_ID, OBS_DATE, round(FORECAST, 2) AS FORECAST, round(LO_80, 2) AS LO_80, round(HI_80, 2) AS HI_80,
         round(LO_95, 2) AS LO_95, round(HI_95, 2) AS HI_95, STATUS
       FROM FORECAST_RESULTS WHERE MODEL_NAME = '${name}' AND MODEL_VERSION = '${version.version}' AND STEP = 1 ORDER BY UNIT_ID LIMIT 3`,
      3,
    );
    const { succeeded, failed } = run.index;
    const json = {
      run: run.runId,
      trained: succeeded,
      failed,
      registered: version.version,
      ...batch,
      seconds,
      directory,
      sample,
    };
    const text = [
      "",
      `${succeeded} trained, ${failed} failed, ${version.index.succeeded} registered as ${name} ${version.version}, ${batch.ok} scored, in ${formatSeconds(seconds)}.`,
      `${batchText(batch)}.`,
      "",
      "Three of the forecasts (the first step of each):",
      formatTable(sample.columns, sample.rows),
      "",
      `Everything is in ${directory}. Look around with, for example:`,
      `  node bin/manymodel.js sql --config ${config} "SELECT * FROM FORECAST_RESULTS LIMIT 5"`,
      `  node bin/manymodel.js status --config ${config}`,
    ].join("\n");
    return { json, text };
  });
}
