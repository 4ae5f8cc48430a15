import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatSeconds, formatTable } from "../table.ts";
import { configurationText } from "./init.ts";
import { runSteps, stepText } from "./pipeline.ts";

interface DemoOptions extends CommonOptions {
  readonly directory: string;
  readonly series: number;
  readonly days: number;
}

/** `manymodel demo`: the whole path on synthetic data, in a workspace of its own. */
export function addDemo(command: Command): void {
  command
    .option("--directory <path>", "where to put the demo's configuration and workspace", "manymodel-demo")
    .option("--series <n>", "how many series", integer(1), 2000)
    .option("--days <n>", "length of each series", integer(60), 1095)
    .action(async (options: DemoOptions) => {
      const config = path.join(options.directory, "manymodel.yaml");
      await mkdir(options.directory, { recursive: true });
      if (!(await stat(config).catch(() => undefined)))
        await writeFile(config, `${configurationText(CONFIGURATION)}${REFINE}`);
      print(await demo({ ...options, config }), options);
    });
}

const CONFIGURATION = {
  table: "SERIES_EVENTS",
  partitionBy: "UNIT_ID",
  orderBy: "OBS_DATE",
  target: "Y",
  period: 7,
  // What advise proposes for these series.
  model: "holt-winters",
};

/** The part of the demo's configuration that `init` does not write. */
const REFINE = `
refine:
  metric: mase
  worst_percent: 20
  time_budget: 60s
`;

async function demo({ config, series: units, days, directory }: DemoOptions) {
  return withWorkspace({ config }, async (mm) => {
    const began = performance.now();
    const { tables } = mm.engine;
    process.stderr.write(`${units} synthetic daily series of ${days} days\n`);
    const series = { table: "SERIES_EVENTS", units, days, seed: 1 };
    const { kept } = await mm.setup(series);
    if (kept.includes("SERIES_EVENTS")) process.stderr.write("SERIES_EVENTS is there already and is used as it is\n");
    const steps = await runSteps(mm, false);
    const seconds = (performance.now() - began) / 1000;
    const registered = steps.find(({ step }) => step === "register");
    if (registered === undefined) throw new ManymodelError("internal", "the demo registered no version");
    const { model, version } = registered.result;
    const sample = await tables.query(
      `SELECT UNIT_ID, OBS_DATE, round(100 * FORECAST) / 100 AS FORECAST, round(100 * LO_80) / 100 AS LO_80,
         round(100 * HI_80) / 100 AS HI_80, round(100 * LO_95) / 100 AS LO_95, round(100 * HI_95) / 100 AS HI_95, STATUS
       FROM FORECAST_RESULTS WHERE MODEL_NAME = $1 AND MODEL_VERSION = $2 AND STEP = 1 ORDER BY UNIT_ID LIMIT 3`,
      [String(model), String(version)],
      3,
    );
    const text = [
      ...steps.map((report) => `${stepText(report)}.`),
      `All in ${formatSeconds(seconds)}.`,
      "",
      "Three of the forecasts (the first step of each):",
      formatTable(sample.columns, sample.rows),
      "",
      `Everything is in ${directory}. Look around with, for example:`,
      `  node bin/manymodel.js sql --config ${config} "SELECT * FROM FORECAST_RESULTS LIMIT 5"`,
      `  node bin/manymodel.js status --config ${config}`,
      `Or see all of it in a browser:`,
      `  node bin/manymodel.js ui --open --config ${config}`,
    ].join("\n");
    return { json: { directory, seconds, steps, sample }, text };
  });
}
