import type { Command } from "commander";
import type { ManyModel } from "../../api/connect.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { BatchSummary } from "../../pipeline/score-batch.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer, numberList } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

interface BatchOptions extends CommonOptions {
  readonly model?: string;
  readonly modelVersion?: string;
  readonly input?: string;
  readonly output?: string;
  readonly partitionBy?: string;
  readonly horizon?: number;
  readonly levels?: number[];
  readonly workers?: number;
}

/** `manymodel batch`: scores every partition of a table with a version. */
export function addBatch(program: Command): void {
  addCommand(program, "batch", "score every partition of a table with a registered version")
    .option("--model <model>", "the model; register.name when left out")
    .option("--model-version <version>", "the version, or an alias of one; the newest when left out")
    .option("--input <table>", "the table to score; batch.input_table or source.table when left out")
    .option("--output <table>", "the table for the forecasts; batch.output_table when left out")
    .option("--partition-by <columns>", "the input's key columns; the version's own when left out")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList)
    .option("--workers <n>", "worker threads; one per core when left out", integer(1))
    .action(async (options: BatchOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const began = performance.now();
        const progress = await showProgress("scoring");
        const summary = await runBatch(mm, options, progress.update).finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        return { json: { ...summary, seconds }, text: `${batchText(summary)}, ${formatSeconds(seconds)}.` };
      });
      print(report, options);
    });
}

async function runBatch(
  mm: ManyModel,
  options: BatchOptions,
  onProgress: Parameters<ManyModel["registry"]["runBatch"]>[0]["onProgress"],
): Promise<BatchSummary> {
  const { batch, source, register } = mm.config;
  const model = options.model ?? register.name;
  const version = options.modelVersion ?? (await mm.registry.showVersions(model))[0]?.version;
  if (version === undefined) throw new ManymodelError("not-found", `model ${model} has no version: manymodel register`);
  const inputTable = options.input ?? batch.input_table ?? source?.table;
  if (inputTable === undefined)
    throw new ManymodelError("usage", "nothing to score: give --input, or batch.input_table in the configuration");
  const horizon = options.horizon ?? batch.horizon;
  return mm.registry.runBatch({
    model,
    version,
    inputTable,
    outputTable: options.output ?? batch.output_table,
    levels: options.levels ?? batch.levels,
    ...(horizon !== undefined && { horizon }),
    ...(options.partitionBy !== undefined && { partitionCol: options.partitionBy.split(",") }),
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(onProgress !== undefined && { onProgress }),
  });
}

/** A batch's outcome in one sentence, without its full stop. */
export function batchText({
  model,
  version,
  partitions,
  ok,
  noModel,
  errors,
  rows,
  outputTable,
}: BatchSummary): string {
  return `${model} ${version} scored ${partitions} partitions: ${ok} OK, ${noModel} without a model, ${errors} errors; ${rows} rows in ${outputTable}`;
}
