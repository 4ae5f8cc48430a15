import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { matchColumn } from "../../core/columns/column.ts";
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
      const text = configurationText({ ...options, isNonNegative: await hasNonNegativeTarget(options) });
      await writeFile(options.config, text, { flag: "wx" }).catch((cause) => {
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

/** Tells whether the source is there already, and no value of its target is below 0. */
async function hasNonNegativeTarget({ config, table, partitionBy, orderBy, target }: InitOptions): Promise<boolean> {
  const directory = path.dirname(path.resolve(config));
  const isFile = /[./\\]/.test(table) && existsSync(path.resolve(directory, table));
  if (!isFile && !existsSync(path.join(directory, ".manymodel"))) return false;
  const source = { table, partition_by: columnsOf(partitionBy), order_by: columnsOf(orderBy), target };
  const { open } = await import("../../api/open.ts");
  const { isNonNegative } = await import("../../advise/non-negative.ts");
  const mm = await open({ source }, { directory });
  try {
    const snapshot = await mm.engine.source.snapshot({
      table: isFile ? path.resolve(directory, table) : table,
      keyColumns: source.partition_by,
      orderBy: source.order_by,
    });
    const column = matchColumn(
      snapshot.columns.map(({ name }) => name),
      target,
    );
    return column !== undefined && (await isNonNegative(mm.engine.source, snapshot, column));
  } catch (error) {
    // What is wrong with the source is for `train` to say, where it can be mended.
    if (error instanceof ManymodelError) return false;
    throw error;
  } finally {
    await mm.close();
  }
}

const columnsOf = (list: string) => list.split(",").map((name) => name.trim());

/** The text of a configuration. Values are quoted as JSON, which YAML reads. */
export function configurationText(
  options: Omit<InitOptions, "config" | "json"> & { readonly isNonNegative?: boolean },
): string {
  const list = (columns: string) => JSON.stringify(columnsOf(columns));
  const floor = options.isNonNegative === true ? "\n  lower_bound: 0" : "";
  return `# Every key, with its default: schema/manymodel.schema.json
engine: local
workspace: .manymodel

source:
  table: ${JSON.stringify(options.table)}
  partition_by: ${list(options.partitionBy)}
  order_by: ${list(options.orderBy)}
  target: ${JSON.stringify(options.target)}
  period: ${options.period}${floor}

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
