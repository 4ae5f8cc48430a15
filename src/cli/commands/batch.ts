import { type Command, Option } from "commander";
import type { ScoreOptions, ScoreSummary } from "../../api/verbs/score.ts";
import { MISSING_MODEL, type MissingModel } from "../../core/missing-model.ts";
import type { BatchSummary } from "../../pipeline/score-batch.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { NOTHING_WRITTEN } from "../interrupt.ts";
import { decimal, integer, numberList, stepsOrColumn } from "../option.ts";
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
  readonly leadTime?: number | string;
  readonly serviceLevel?: number;
  readonly future?: string;
  readonly advance: boolean;
  readonly incremental?: boolean;
  readonly readings?: boolean;
  readonly workers?: number;
}

/** `manymodel batch`: scores every partition of a table with a version. */
export function addBatch(command: Command): void {
  command
    .option("--model <model>", "the model; by default register.model")
    .option("--model-version <version>", "the version, or an alias of one; by default the model's default version")
    .option("--input <table>", "the table to score; by default batch.input_table or source.table")
    .option(
      "--output <table or file>",
      "the table for the forecasts, or where to export them: .csv, .csv.gz, .parquet, .xlsx or postgresql://…; by default batch.output_table",
    )
    .option("--partition-by <columns>", "the input's key columns; by default the version's own")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList)
    .option("--quantiles <list>", "quantiles to forecast, such as 0.1,0.5,0.9", numberList)
    .addOption(new Option("--missing-model <how>", "the result of a partition without a model").choices(MISSING_MODEL))
    .option(
      "--lead-time <steps or column>",
      "steps until an order arrives, or the column that has them: adds ORDER_UP_TO and SAFETY_STOCK; by default batch.lead_time",
      stepsOrColumn,
    )
    .option(
      "--service-level <p>",
      "the probability that the demand over the lead time stays within ORDER_UP_TO",
      decimal,
    )
    .option("--future <table>", "a table of values known ahead; by default batch.future_table")
    .option("--no-advance", "do not update models with rows newer than their training data")
    .option("--incremental", "score only partitions that have changed since the last batch")
    .option("--readings", "judge rows that are newer than the models, one by one, in place of forecasts")
    .option("--workers <n>", "worker threads; by default one per core", integer(1))
    .action(async (options: BatchOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const progress = await showProgress("scoring", NOTHING_WRITTEN);
        const { output } = options;
        const file = output !== undefined && FILE.test(output) ? output : undefined;
        const summary = await mm
          .score({ ...scoreOptions(options), onProgress: progress.update })
          .finally(progress.stop);
        const { partitions, noModel, errors, ended } = summary;
        if (noModel + errors > 0 && noModel + errors + ended === partitions) process.exitCode = 1;
        const text = `${batchText(summary)}, ${formatSeconds(summary.seconds)}.${alertText(summary)}`;
        if (file === undefined) return { json: summary, text };
        const { model, version, outputTable } = summary;
        const condition = { where: "MODEL_NAME = $1 AND MODEL_VERSION = $2", params: [model, version] };
        const written = await mm.tables.export(outputTable, file, condition);
        return {
          json: { ...summary, ...written, rows: summary.rows },
          text: `${text}\nWrote ${written.rows} rows to ${written.target ?? file}.`,
        };
      });
      print(report, options);
    });
}

/** An output that is a file, or an address. */
const FILE = /\.(csv|csv\.gz|parquet|xlsx)$|^postgres(ql)?:/i;

function scoreOptions(options: BatchOptions): ScoreOptions {
  const { model, modelVersion, input, output, partitionBy, horizon, levels, quantiles } = options;
  const { missingModel, leadTime, serviceLevel, future, incremental, readings, workers } = options;
  return {
    ...(model !== undefined && { model }),
    ...(modelVersion !== undefined && { version: modelVersion }),
    ...(input !== undefined && { inputTable: input }),
    ...(output !== undefined && !FILE.test(output) && { outputTable: output }),
    ...(partitionBy !== undefined && { partitionBy: partitionBy.split(",") }),
    ...(horizon !== undefined && { horizon }),
    ...(levels !== undefined && { levels }),
    ...(quantiles !== undefined && { quantiles }),
    ...(missingModel !== undefined && { missingModel }),
    ...(leadTime !== undefined && { leadTime }),
    ...(serviceLevel !== undefined && { serviceLevel }),
    ...(future !== undefined && { futureTable: future }),
    ...(incremental !== undefined && { incremental }),
    ...(readings !== undefined && { readings }),
    ...(!options.advance && { advance: false }),
    ...(workers !== undefined && { workers }),
  };
}

function alertText({ alerts }: ScoreSummary): string {
  if (alerts === undefined) return "";
  const { events, due, webhook } = alerts;
  const became =
    webhook === null ? "none of them due" : webhook.delivered ? `${due} sent` : `${due} not sent: ${webhook.error}`;
  return `\nAlerts: ${events} events, ${became}.`;
}

/** Returns a batch's outcome in one sentence, without its full stop. */
export function batchText(summary: BatchSummary): string {
  const { model, version, partitions, ok, noModel, errors, rows, outputTable } = summary;
  const some = (count: number, noun: string) => (count > 0 ? `, ${count} ${noun}` : "");
  const others = `${some(summary.stale, "stale")}${some(summary.undated, "without dates")}${some(summary.fallback, "by the fallback")}`;
  const ended = some(summary.ended, "ended");
  const here = summary.scoredHere === undefined ? "" : ` (scored by this process: ${summary.scoredHere})`;
  const shortened = some(summary.shortened ?? 0, "with fewer steps than asked for (missing-future)");
  const unchanged = summary.kept > 0 ? ` (${summary.kept} unchanged)` : "";
  return `${model} ${version} scored ${partitions} partitions${unchanged}: ${ok} OK${shortened}${others}, ${noModel} without a model, ${errors} errors${ended}; ${rows} rows in ${outputTable}${here}`;
}
