import { type Command, Option } from "commander";
import type { ManyModel } from "../../api/connect.ts";
import { configuredBatch } from "../../api/run-batch.ts";
import { ManymodelError } from "../../core/errors.ts";
import { MISSING_MODEL, type MissingModel } from "../../core/missing-model.ts";
import type { BatchSummary } from "../../pipeline/score-batch.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { NOTHING_WRITTEN } from "../interrupt.ts";
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
  readonly quantiles?: number[];
  readonly missingModel?: MissingModel;
  readonly future?: string;
  readonly advance: boolean;
  readonly incremental?: boolean;
  readonly workers?: number;
}

/** `manymodel batch`: scores every partition of a table with a version. */
export function addBatch(program: Command): void {
  addCommand(program, "batch", "score every partition of a table with a registered version")
    .option("--model <model>", "the model; register.name when left out")
    .option("--model-version <version>", "the version, or an alias of one; the default version when left out")
    .option("--input <table>", "the table to score; batch.input_table or source.table when left out")
    .option("--output <table>", "the table for the forecasts; batch.output_table when left out")
    .option("--partition-by <columns>", "the input's key columns; the version's own when left out")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList)
    .option("--quantiles <list>", "quantiles to forecast, such as 0.1,0.5,0.9", numberList)
    .addOption(new Option("--missing-model <how>", "what a partition without a model means").choices(MISSING_MODEL))
    .option("--future <table>", "a table of what is known ahead; batch.future_table when left out")
    .option("--no-advance", "let models not take in rows that are newer than the ones they were fitted to")
    .option("--incremental", "score only what has changed since the last batch")
    .option("--workers <n>", "worker threads; one per core when left out", integer(1))
    .action(async (options: BatchOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const progress = await showProgress("scoring", NOTHING_WRITTEN);
        const summary = await runBatch(mm, options, progress.update).finally(progress.stop);
        return { json: summary, text: `${batchText(summary)}, ${formatSeconds(summary.seconds)}.` };
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
  const inputTable = options.input ?? batch.input_table ?? source?.table;
  if (inputTable === undefined)
    throw new ManymodelError("usage", "nothing to score: give --input, or batch.input_table in the configuration");
  return mm.registry.runBatch({
    ...configuredBatch(mm.config),
    model,
    inputTable,
    ...(options.modelVersion !== undefined && { version: options.modelVersion }),
    ...(options.output !== undefined && { outputTable: options.output }),
    ...(options.levels !== undefined && { levels: options.levels }),
    ...(options.quantiles !== undefined && { quantiles: options.quantiles }),
    ...(options.missingModel !== undefined && { missingModel: options.missingModel }),
    ...(options.future !== undefined && { futureTable: options.future }),
    ...(options.incremental !== undefined && { incremental: options.incremental }),
    ...(!options.advance && { advance: false }),
    ...(options.horizon !== undefined && { horizon: options.horizon }),
    ...(options.partitionBy !== undefined && { partitionCol: options.partitionBy.split(",") }),
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(onProgress !== undefined && { onProgress }),
  });
}

/** A batch's outcome in one sentence, without its full stop. */
export function batchText(summary: BatchSummary): string {
  const { model, version, partitions, ok, noModel, errors, rows, outputTable } = summary;
  const some = (count: number, what: string) => (count > 0 ? `, ${count} ${what}` : "");
  const others = `${some(summary.stale, "stale")}${some(summary.fallback, "by the fallback")}`;
  const kept = summary.kept > 0 ? ` (${summary.kept} unchanged)` : "";
  return `${model} ${version} scored ${partitions} partitions${kept}: ${ok} OK${others}, ${noModel} without a model, ${errors} errors; ${rows} rows in ${outputTable}`;
}
