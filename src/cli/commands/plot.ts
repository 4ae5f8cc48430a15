import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { PartitionSeries } from "../../inspect/partition-series.ts";
import { accuracyPicture } from "../../picture/accuracy-picture.ts";
import { comparisonPicture } from "../../picture/comparison-picture.ts";
import { forecastsPicture } from "../../picture/forecasts-picture.ts";
import { runPicture } from "../../picture/run-picture.ts";
import { seriesPicture } from "../../picture/series-picture.ts";
import { metricName, readScores } from "../../refine/run-scores.ts";
import { failureGroups } from "../../runs/failure-groups.ts";
import { knownRun } from "../../runs/known-run.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { addPartitionOptions, openWith, type PartitionOptions } from "../partition-options.ts";
import { checkPictureFile, writePicture } from "../picture-file.ts";

interface PlotOptions extends CommonOptions {
  readonly output: string;
}

/** Observations shown for each step of the forecast, where `--last` does not say how many. */
const SHOWN_PER_STEP = 6;

/** `manymodel plot …`: pictures as .svg or .png files. */
export function addPlot(program: Command): void {
  const plot = program.command("plot").description("draw a series, forecasts, accuracy, a comparison or a run");
  addPlotSeries(plot);
  addPlotForecasts(plot);
  addPlotOf(plot, "accuracy [run]", "a metric over a run's partitions; the newest completed run when left out")
    .option("--metric <metric>", "mape, smape, mase, rmse, mae, wape, rmsse on the holdout, or another", "mase")
    .action(async (run: string | undefined, options: PlotOptions & { metric: string }) => {
      await draw(options, async (mm) => {
        const { runId, scores } = await readScores(mm.engine, run ?? (await mm.runs.newest()), options.metric);
        return accuracyPicture(runId, metricName(options.metric), scores);
      });
    });
  addPlotOf(plot, "compare <runA> <runB>", "two completed runs, partition by partition")
    .option("--metric <metric>", "mape, smape, mase, rmse, mae, wape, rmsse on the holdout, or another", "mase")
    .action(async (runA: string, runB: string, options: PlotOptions & { metric: string }) => {
      await draw(options, async (mm) => comparisonPicture(await mm.runs.compare(runA, runB, options.metric)));
    });
  addPlotOf(
    plot,
    "run [run]",
    "a run's chunks by state, how its partitions ended, and why some failed; the newest completed run when left out",
  ).action(async (runId: string | undefined, options: PlotOptions) => {
    await draw(options, async (mm) => {
      const { engine } = mm;
      const run = await knownRun(engine.catalog, runId ?? (await mm.runs.newest()));
      const failures = await failureGroups(engine.tables, run.runId, run.index?.failed ?? 0);
      return runPicture(run, await engine.queue.chunks(run.runId), failures);
    });
  });
}

function addPlotSeries(plot: Command): void {
  addPartitionOptions(addPlotOf(plot, "series <key...>", "one partition: history, fit and forecast"))
    .option("--last <n>", "observations to show; six for each step of the forecast when left out", integer(1))
    .action(async (words: string[], options: PlotOptions & PartitionOptions & { last?: number }) => {
      await draw(options, async (mm) => {
        const series = inSteps(await (await openWith(mm, options)).find(words));
        const steps = "mean" in series.scored ? series.scored.mean.length : series.times.length;
        return seriesPicture(series, options.last ?? SHOWN_PER_STEP * steps);
      });
    });
}

function addPlotForecasts(plot: Command): void {
  addPartitionOptions(addPlotOf(plot, "forecasts", "small multiples of several partitions"))
    .option("--count <n>", "how many", integer(1), 12)
    .option("--worst <metric>", "those that did worst by a metric, instead of the first ones")
    .option("--last <n>", "observations to show of each", integer(1), 90)
    .action(async (options: PlotOptions & PartitionOptions & { count: number; worst?: string; last: number }) => {
      await draw(options, async (mm) => {
        const { runId, read, first } = await openWith(mm, options);
        const { count, worst, last } = options;
        const keys =
          worst === undefined
            ? await first(count)
            : (await mm.runs.rank(runId, { metric: worst })).ranked
                .slice(0, count)
                .map(({ partitionKey }) => partitionKey);
        const all: PartitionSeries[] = [];
        for (const key of keys) {
          const series = await read(key);
          if (series !== undefined) all.push(inSteps(series));
        }
        const which = worst === undefined ? "the first" : `the worst by ${metricName(worst)},`;
        return forecastsPicture(all, `${which} ${all.length} partitions, each on a scale of its own`, last);
      });
    });
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

/** A partition whose forecast can be drawn after its history. */
function inSteps(series: PartitionSeries): PartitionSeries {
  if (series.scores === "steps") return series;
  throw new ManymodelError(
    "usage",
    `${series.of} gives a value for each row, not a forecast; there is no series to draw`,
  );
}
