import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import { decodeKey } from "../../core/partition-key.ts";
import type { GroupScore } from "../../refine/group-scores.ts";
import type { Ranking, RankOptions } from "../../refine/rank.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { addGrouping, decimal, type GroupingOptions, grouping, integer, METRIC_HELP } from "../option.ts";
import { formatTable } from "../table.ts";

/** The options that say which partitions are meant. */
export interface ChoiceOptions extends CommonOptions, GroupingOptions {
  readonly metric?: string;
  readonly by?: string;
  readonly worst?: number;
  readonly worstPercent?: number;
  readonly above?: number;
  readonly below?: number;
}

/** Adds the options that choose partitions by a metric. */
export function addChoice(command: Command): Command {
  return addGrouping(
    command
      .option("--metric <metric>", METRIC_HELP)
      .option(
        "--by <order>",
        "metric: the worst first; gain: the most expected gain per CPU second; value: the largest error in value; or a metric, such as wape",
      )
      .option("--worst <n>", "only the first n", integer(1))
      .option("--worst-percent <p>", "only the first p percent", decimal)
      .option("--above <x>", "only partitions with a metric above x", decimal)
      .option("--below <x>", "only partitions with a metric below x", decimal),
  );
}

const isOrder = (by: string): by is NonNullable<RankOptions["by"]> => ["metric", "gain", "value"].includes(by);

/** Returns the choice as the API takes it. @throws {ManymodelError} `usage` for two metrics */
export function choice({ metric, by, worst, worstPercent, above, below, ...groups }: ChoiceOptions): RankOptions {
  if (by !== undefined && !isOrder(by) && metric !== undefined)
    throw new ManymodelError("usage", `--by ${by} and --metric ${metric} name two metrics; leave one of them out`);
  const named = by === undefined || isOrder(by) ? metric : by;
  return {
    ...(named !== undefined && { metric: named }),
    ...(by !== undefined && isOrder(by) && { by }),
    ...(worst !== undefined && { worst }),
    ...(worstPercent !== undefined && { worstPercent }),
    ...(above !== undefined && { above }),
    ...(below !== undefined && { below }),
    ...grouping(groups),
  };
}

const SHOWN = 20;

/** `manymodel rank --run RUN`: a run's partitions, the worst first. */
export function addRank(command: Command): void {
  addChoice(command.requiredOption("--run <run>", "a completed run")).action(
    async (options: ChoiceOptions & { run: string }) => {
      const ranking = await withWorkspace(options, (mm) => mm.runs.rank(options.run, choice(options)));
      const isGrouped = options.group !== undefined;
      print({ json: ranking, text: isGrouped ? groupsText(ranking) : rankingText(ranking) }, options);
    },
  );
}

function rankingText({ runId, metric, by, ranked, usable, unranked }: Ranking): string {
  const rows = ranked
    .slice(0, SHOWN)
    .map(({ partitionKey, value, gain, worth, nObs }, i) => [
      i + 1,
      keyText(partitionKey),
      value,
      ...(gain === null ? [] : [gain]),
      ...(worth === null ? [] : [worth]),
      nObs,
    ]);
  const columns = [
    "rank",
    "partition",
    metric,
    ...(by === "gain" ? ["gain per CPU s"] : []),
    ...(by === "value" ? ["worth of error"] : []),
    "observations",
  ];
  const reasons = new Map<string, number>();
  for (const { why } of unranked) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  return [
    `${ranked.length} of ${usable} partitions of ${runId} with a usable ${metric}, ${by === "gain" ? "most gain" : by === "value" ? "largest worth of error" : "worst"} first${ranked.length > SHOWN ? ` (${SHOWN} shown; --json has all)` : ""}:`,
    ...(rows.length > 0 ? [formatTable(columns, rows)] : []),
    ...(unranked.length > 0 ? [`${unranked.length} are not ranked:`] : []),
    ...[...reasons].map(([why, count]) => `  ${count} × ${why}`),
  ].join("\n");
}

/** Returns the groups of a ranking as a table, the worst first, with all partitions in the last line. */
export function groupsText({
  runId,
  metric,
  groups,
  all,
}: Pick<Ranking, "runId" | "metric" | "groups" | "all">): string {
  const row = (name: string, { value, usable, unusable, turnover, worthOfError }: GroupScore) => [
    ...[name, value, usable, unusable],
    ...(Number.isNaN(all.turnover) ? [] : [turnover, worthOfError]),
  ];
  const names = Object.keys(groups[0]?.group ?? {}).join(", ");
  const columns = [
    names,
    metric,
    "partitions",
    "without",
    ...(Number.isNaN(all.turnover) ? [] : ["turnover", "worth of error"]),
  ];
  const rows = groups.map((score) =>
    row(
      Object.values(score.group)
        .map((value) => value ?? null)
        .join(", "),
      score,
    ),
  );
  return [`${metric} of ${runId} by ${names}, the worst first:`, formatTable(columns, [...rows, row("all", all)])].join(
    "\n",
  );
}

/** Returns a partition key as people read it. */
export function keyText(partitionKey: string): string {
  return decodeKey(partitionKey).key.map(String).join(", ");
}
