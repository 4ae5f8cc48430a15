import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { expectationText } from "../expectation-text.ts";
import { decimal, METRIC_HELP, TIE_HELP, wordList } from "../option.ts";
import { formatTable } from "../table.ts";

interface ChampionsOptions extends CommonOptions {
  readonly runs: string[];
  readonly metric?: string;
  readonly runId?: string;
  readonly acrossData?: boolean;
  readonly group?: string[];
  readonly weighByValue?: boolean;
  readonly tie?: number;
}

/** `manymodel champions --runs A,B`: the best partitions of several runs as one. */
export function addChampions(command: Command): void {
  command
    .requiredOption(
      "--runs <list>",
      "completed runs, such as A,B; on a tie the cheaper run wins, then the one named first",
      wordList,
    )
    .option("--metric <metric>", METRIC_HELP)
    .option("--group <list>", "choose one run for each group by these attributes (source.attributes)", wordList)
    .option("--weigh-by-value", "weigh partitions of a group by their turnover (source.value)")
    .option("--tie <share>", TIE_HELP, decimal)
    .option("--run-id <id>", "the collection's id; by default the time")
    .option("--across-data", "also compare partitions that were trained on different data")
    .action(async (options: ChampionsOptions) => {
      const { runs, metric, runId, acrossData, group, weighByValue, tie } = options;
      const champions = await withWorkspace(options, (mm) =>
        mm.runs.champions({
          runs,
          ...(metric !== undefined && { metric }),
          ...(runId !== undefined && { runId }),
          ...(acrossData !== undefined && { acrossData }),
          ...(group !== undefined && { group }),
          ...(weighByValue !== undefined && { weighByValue }),
          ...(tie !== undefined && { tie }),
        }),
      );
      const { index, manifest, from, expectation } = champions;
      const text = [
        `Run ${champions.runId}: the best of ${manifest.partitions} partitions, ${index.succeeded} with a model.`,
        formatTable(["from", "partitions"], Object.entries(from)),
        ...(expectation === null ? [] : expectationText(champions.metric, expectation)),
        `Next: manymodel register --run ${champions.runId}`,
      ].join("\n");
      const json = {
        run: champions.runId,
        partitions: manifest.partitions,
        from,
        metric: champions.metric,
        expectation,
      };
      print({ json: { ...json, ...index }, text }, options);
    });
}
