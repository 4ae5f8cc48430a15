import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import type { ForecastsPictureOptions, MetricOptions } from "../../api/verbs/draw.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { type GroupingOptions, integer, METRIC_HELP, wordList } from "../option.ts";
import { addPartitionOptions, openWith, type PartitionOptions, partitionSourceOf } from "../partition-options.ts";
import { checkPictureFile, writePicture } from "../picture-file.ts";

interface PlotOptions extends CommonOptions {
  readonly output: string;
}

/** `manymodel plot …`: pictures as .svg or .png files. */
export function addPlot(plot: Command): void {
  addPlotSeries(plot);
  addPlotForecasts(plot);
  addPlotOf(plot, "accuracy [run]", "a metric over a run's partitions; by default the newest completed run")
    .option("--metric <metric>", METRIC_HELP)
    .option("--group <list>", "attributes (source.attributes) that define groups", wordList)
    .option("--where <condition>", "only partitions whose attributes meet an SQL condition")
    .action((run: string | undefined, options: PlotOptions & MetricOptions & GroupingOptions) =>
      draw(options, (mm) => mm.pictures.accuracy(run, options)),
    );
  addPlotOf(plot, "compare <runA> <runB>", "two completed runs, partition by partition")
    .option("--metric <metric>", METRIC_HELP)
    .action((runA: string, runB: string, options: PlotOptions & MetricOptions) =>
      draw(options, (mm) => mm.pictures.comparison(runA, runB, options)),
    );
  addPlotOf(
    plot,
    "run [run]",
    "a run's chunks by state, its outcomes and the reasons of failures; by default the newest completed run",
  ).action((runId: string | undefined, options: PlotOptions) => draw(options, (mm) => mm.pictures.run(runId)));
}

function addPlotSeries(plot: Command): void {
  addPartitionOptions(addPlotOf(plot, "series <key...>", "one partition: history, fit and forecast"))
    .option("--last <n>", "observations to show; by default six for each step of the forecast", integer(1))
    .action((words: string[], options: PlotOptions & PartitionOptions & { last?: number }) =>
      draw(options, async (mm) => {
        const { drawSeries } = await import("../../api/verbs/draw.ts");
        return drawSeries(await (await openWith(mm, options)).find(words), options.last);
      }),
    );
}

function addPlotForecasts(plot: Command): void {
  addPartitionOptions(addPlotOf(plot, "forecasts", "small multiples of several partitions"))
    .option("--count <n>", "how many", integer(1), 12)
    .option("--worst <metric>", "show the worst by a metric instead of the first ones")
    .option("--last <n>", "observations to show of each", integer(1), 90)
    .action((options: PlotOptions & PartitionOptions & Pick<ForecastsPictureOptions, "count" | "worst" | "last">) =>
      draw(options, (mm) => mm.pictures.forecasts(partitionSourceOf(options))),
    );
}

/** Adds a command that writes a picture. */
function addPlotOf(plot: Command, usage: string, description: string): Command {
  return addCommand(plot, usage, description).requiredOption("-o, --output <file>", "the picture's file, .svg or .png");
}

/** Draws and says where. */
async function draw(options: PlotOptions, of: (mm: ManyModel) => Promise<string>): Promise<void> {
  const file = checkPictureFile(options.output);
  await writePicture(file, await withWorkspace(options, of));
  print({ json: { file }, text: `Drawn in ${file}.` }, options);
}
