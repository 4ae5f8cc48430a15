import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print } from "../command.ts";
import { autoOrCount } from "../option.ts";

interface InitOptions extends CommonOptions {
  readonly table: string;
  readonly partitionBy: string;
  readonly orderBy: string;
  readonly target: string;
  readonly period: number | "auto";
  readonly model: string;
}

/** `manymodel init`: writes a configuration to start from. */
export function addInit(program: Command): void {
  addCommand(program, "init", "write a configuration file to start from")
    .option("--table <table>", "source table or file", "SERIES_EVENTS")
    .option("--partition-by <columns>", "key column, or several separated by commas", "UNIT_ID")
    .option("--order-by <columns>", "order of the rows; the last is the time", "OBS_DATE")
    .option("--target <column>", "column to forecast", "Y")
    .option("--period <n>", "observations per season; auto: each series' own", autoOrCount, "auto")
    .option("--model <model>", "built-in method, or path of a model definition", "auto-arima")
    .action(async (options: InitOptions) => {
      const { checkModelName } = await import("../../api/configured-model.ts");
      checkModelName(options.model, "--model");
      await writeFile(options.config, configurationText(options), { flag: "wx" }).catch((cause) => {
        if (cause.code !== "EEXIST") throw cause;
        throw new ManymodelError(
          "conflict",
          `${options.config} exists already; edit it, or name another with --config`,
          { cause },
        );
      });
      const isFile = /[./\\]/.test(options.table);
      const load =
        options.table === "SERIES_EVENTS"
          ? "manymodel setup --series 200"
          : `manymodel import FILE --table ${options.table}`;
      const next = isFile ? "manymodel train" : load;
      print({ json: { file: options.config }, text: `Wrote ${options.config}. Next: ${next}` }, options);
    });
}

/** The text of a configuration. Values are quoted as JSON, which YAML reads. */
export function configurationText(options: Omit<InitOptions, "config" | "json">): string {
  const list = (columns: string) => JSON.stringify(columns.split(",").map((name) => name.trim()));
  return `# Every key, with its default: schema/manymodel.schema.json
engine: local
workspace: .manymodel

source:
  table: ${JSON.stringify(options.table)}
  partition_by: ${list(options.partitionBy)}
  order_by: ${list(options.orderBy)}
  target: ${JSON.stringify(options.target)}
  period: ${options.period}

model: ${JSON.stringify(options.model)}

train:
  mode: tasks
  chunks_per_job: auto
  horizon: 30
  holdout: 30

register:
  name: MANY_MODEL_FORECAST

batch:
  output_table: FORECAST_RESULTS
  levels: [80, 95]
`;
}
