import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import type { MethodTrials } from "../../advise/method-trials.ts";
import { matchColumn } from "../../core/columns/column.ts";
import { ManymodelError } from "../../core/errors.ts";
import { type CommonOptions, print } from "../command.ts";
import { autoOrCount } from "../option.ts";

interface InitOptions extends CommonOptions {
  readonly table: string;
  readonly partitionBy: string;
  readonly orderBy: string;
  readonly target: string;
  readonly period: number | "auto";
  readonly model?: string;
}

/** The model where nothing is there to judge by: of the methods that take milliseconds, the one that fits most kinds of series. */
const DEFAULT_MODEL = "ets";

/** `manymodel init`: writes a configuration to start from. */
export function addInit(command: Command): void {
  command
    .option("--table <table>", "source table or file", "SERIES_EVENTS")
    .option("--partition-by <columns>", "key column, or several separated by commas", "UNIT_ID")
    .option("--order-by <columns>", "order of the rows; the last is the time", "OBS_DATE")
    .option("--target <column>", "column to forecast", "Y")
    .option("--period <n>", "observations per season; auto: each series' own", autoOrCount, "auto")
    .option(
      "--model <model>",
      "built-in method, or path of a model definition; by default the one that advise proposes",
    )
    .action(async (options: InitOptions) => {
      const { checkModelName } = await import("../../api/configured-model.ts");
      if (options.model !== undefined) checkModelName(options.model, "--model");
      if (existsSync(options.config)) throw existing(options.config);
      const { isNonNegative, proposal } = await examine(options);
      const model = options.model ?? proposal?.model ?? DEFAULT_MODEL;
      const text = configurationText({ ...options, model, isNonNegative, ...(proposal && { why: proposal.why }) });
      await writeFile(options.config, text, { flag: "wx" }).catch((cause) => {
        throw cause.code === "EEXIST" ? existing(options.config) : cause;
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

const existing = (config: string) =>
  new ManymodelError("conflict", `${config} exists already; edit it, or name another with --config`);

/** Properties of a source that is there already. */
interface Examined {
  /** True if no value of its target is below 0. */
  readonly isNonNegative: boolean;
  /** The model that a sample of its series proposes, and the reason. */
  readonly proposal?: { readonly model: string; readonly why: string };
}

/** The sample by which a model is proposed, and the time for it. */
const SAMPLE = { sample: 30, budget: "5s" } as const;

/** Looks at the source, if it is there. */
async function examine(options: InitOptions): Promise<Examined> {
  const { config, table, partitionBy, orderBy, target, period } = options;
  const directory = path.dirname(path.resolve(config));
  const isFile = /[./\\]/.test(table) && existsSync(path.resolve(directory, table));
  if (!isFile && !existsSync(path.join(directory, ".manymodel"))) return { isNonNegative: false };
  const source = { table, partition_by: columnsOf(partitionBy), order_by: columnsOf(orderBy), target, period };
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
    if (column === undefined) return { isNonNegative: false };
    const floor = await isNonNegative(mm.engine.source, snapshot, column);
    if (options.model !== undefined) return { isNonNegative: floor };
    const advice = await mm.advise(SAMPLE);
    return { isNonNegative: floor, ...("methods" in advice && proposalOf(advice.methods)) };
  } catch (error) {
    // What is wrong with the source is for `train` to say, where it can be mended.
    if (error instanceof ManymodelError) return { isNonNegative: false };
    throw error;
  } finally {
    await mm.close();
  }
}

function proposalOf({ trials, series, proposal }: MethodTrials): Pick<Examined, "proposal"> {
  const chosen = trials.find(({ method }) => method === proposal);
  if (chosen === undefined) return {};
  const { method, toNaive } = chosen;
  const why = `on ${series} series its error is ${toNaive.ratio.toFixed(2)} of snaive's; manymodel advise compares ${trials.length} methods`;
  return { proposal: { model: method, why } };
}

const columnsOf = (list: string) => list.split(",").map((name) => name.trim());

/** Returns the text of a configuration. Values are quoted as JSON, which YAML reads. */
export function configurationText(
  options: Omit<InitOptions, "config" | "json" | "model"> & {
    readonly model: string;
    readonly isNonNegative?: boolean;
    /** The reason for the model, for a comment. */
    readonly why?: string;
  },
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

model: ${JSON.stringify(options.model)}${options.why === undefined ? "" : `   # ${options.why}`}

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
