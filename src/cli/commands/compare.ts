import type { Command } from "commander";
import { directionText } from "../../core/metric.ts";
import { comparisonPicture } from "../../picture/comparison-picture.ts";
import type { Comparison, Distribution, GroupComparison } from "../../refine/compare.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { addGrouping, type GroupingOptions, grouping, METRIC_HELP } from "../option.ts";
import { checkPictureFile, writePicture } from "../picture-file.ts";
import { formatTable } from "../table.ts";

interface CompareOptions extends CommonOptions, GroupingOptions {
  readonly metric?: string;
  readonly matched?: boolean;
  readonly output?: string;
}

/** `manymodel compare RUN_A RUN_B`: a paired comparison by a metric. */
export function addCompare(command: Command): void {
  addGrouping(command)
    .option("--metric <metric>", METRIC_HELP)
    .option("--matched", "only the partitions that both runs have a usable metric for")
    .option("-o, --output <file>", "also draw it, as .svg or .png")
    .action(async (runA: string, runB: string, options: CompareOptions) => {
      if (options.output !== undefined) checkPictureFile(options.output);
      const comparison = await withWorkspace(options, (mm) =>
        mm.runs.compare(runA, runB, {
          ...(options.metric !== undefined && { metric: options.metric }),
          ...grouping(options),
        }),
      );
      if (options.output !== undefined) await writePicture(options.output, comparisonPicture(comparison));
      const { pairs: _, all, ...rest } = comparison;
      print(
        { json: { ...rest, ...(!options.matched && { all }) }, text: comparisonText(comparison, options) },
        options,
      );
    });
}

function comparisonText(
  { runs: [a, b], metric, better, matched, all, warning, groups, ...counts }: Comparison,
  options: CompareOptions,
): string {
  const row = (name: string, { count, mean, median, p10, p90 }: Distribution) => [name, count, mean, median, p10, p90];
  const rows = [row(`A ${a}`, matched.a), row(`B ${b}`, matched.b), row("B - A", matched.change)];
  if (!options.matched) rows.push(row("A, all", all.a), row("B, all", all.b));
  return [
    ...(warning === null ? [] : [`Warning: ${warning}.`]),
    `${metric}, ${directionText({ better })}:`,
    formatTable(["", "partitions", "mean", "median", "10 %", "90 %"], rows),
    `B is better on ${counts.wins}, worse on ${counts.losses}, the same on ${counts.ties}; ${counts.onlyA} have the metric in A only, ${counts.onlyB} in B only.`,
    ...(groups.length === 0 ? [] : [groupsText(groups)]),
    ...(options.output === undefined ? [] : [`Drawn in ${options.output}.`]),
  ].join("\n");
}

/** Returns the groups of a comparison as a table, the largest loss first. */
function groupsText(groups: readonly GroupComparison[]): string {
  const names = Object.keys(groups[0]?.group ?? {}).join(", ");
  const rows = groups.map(({ group, a, b, gain, partitions, wins, losses }) => [
    Object.values(group)
      .map((value) => value ?? null)
      .join(", "),
    ...[partitions, a, b, gain, wins, losses],
  ]);
  return formatTable([names, "partitions", "A", "B", "gain of B", "better", "worse"], rows);
}
