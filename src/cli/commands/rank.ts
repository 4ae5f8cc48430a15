import { type Command, Option } from "commander";
import { decodeKey } from "../../core/partition-key.ts";
import type { Ranking, RankOptions } from "../../refine/rank.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { decimal, integer, METRIC_HELP } from "../option.ts";
import { formatTable } from "../table.ts";

/** The options that say which partitions are meant. */
export interface ChoiceOptions extends CommonOptions {
  readonly metric?: string;
  readonly by?: "metric" | "gain";
  readonly worst?: number;
  readonly worstPercent?: number;
  readonly above?: number;
  readonly below?: number;
}

/** Adds the options that choose partitions by a metric. */
export function addChoice(command: Command): Command {
  return command
    .option("--metric <metric>", METRIC_HELP)
    .addOption(
      new Option("--by <order>", "the worst first, or the most expected gain per CPU second").choices([
        "metric",
        "gain",
      ]),
    )
    .option("--worst <n>", "only the first n", integer(1))
    .option("--worst-percent <p>", "only the first p percent", decimal)
    .option("--above <x>", "only those whose metric is above x", decimal)
    .option("--below <x>", "only those whose metric is below x", decimal);
}

/** The choice as the API takes it. */
export function choice({ metric, by, worst, worstPercent, above, below }: ChoiceOptions): RankOptions {
  return {
    ...(metric !== undefined && { metric }),
    ...(by !== undefined && { by }),
    ...(worst !== undefined && { worst }),
    ...(worstPercent !== undefined && { worstPercent }),
    ...(above !== undefined && { above }),
    ...(below !== undefined && { below }),
  };
}

const SHOWN = 20;

/** `manymodel rank --run RUN`: a run's partitions, the worst first. */
export function addRank(program: Command): void {
  addChoice(
    addCommand(program, "rank", "rank a run's partitions by a metric, the worst first").requiredOption(
      "--run <run>",
      "a completed run",
    ),
  ).action(async (options: ChoiceOptions & { run: string }) => {
    const ranking = await withWorkspace(options, (mm) => mm.runs.rank(options.run, choice(options)));
    print({ json: ranking, text: rankingText(ranking) }, options);
  });
}

function rankingText({ runId, metric, by, ranked, usable, unranked }: Ranking): string {
  const rows = ranked
    .slice(0, SHOWN)
    .map(({ partitionKey, value, gain, nObs }, i) => [
      i + 1,
      keyText(partitionKey),
      value,
      ...(gain === null ? [] : [gain]),
      nObs,
    ]);
  const columns = ["rank", "partition", metric, ...(by === "gain" ? ["gain per CPU s"] : []), "observations"];
  const reasons = new Map<string, number>();
  for (const { why } of unranked) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  return [
    `${ranked.length} of ${usable} partitions of ${runId} with a usable ${metric}, ${by === "gain" ? "most gain" : "worst"} first${ranked.length > SHOWN ? ` (${SHOWN} shown; --json has all)` : ""}:`,
    ...(rows.length > 0 ? [formatTable(columns, rows)] : []),
    ...(unranked.length > 0 ? [`${unranked.length} are not ranked:`] : []),
    ...[...reasons].map(([why, count]) => `  ${count} × ${why}`),
  ].join("\n");
}

/** A partition key as people read it. */
export function keyText(partitionKey: string): string {
  return decodeKey(partitionKey).key.map(String).join(", ");
}
