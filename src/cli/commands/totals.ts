import type { Command } from "commander";
import type { Total } from "../../api/verbs/totals.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { numberList, wordList } from "../option.ts";
import { formatTable } from "../table.ts";

interface TotalsOptions extends CommonOptions {
  readonly group?: string[];
  readonly where?: string;
  readonly table?: string;
  readonly time?: string;
  readonly levels?: number[];
}

/** Totals shown as text. */
const SHOWN = 100;

/** `manymodel totals`: forecasts of totals in groups. */
export function addTotals(command: Command): void {
  command
    .option("--group <list>", "attributes (source.attributes) that define groups", wordList)
    .option("--where <condition>", "only partitions whose attributes meet an SQL condition, such as \"CATEGORY = 'A'\"")
    .option("--table <table>", "the table of forecasts; by default the view FORECASTS")
    .option("--time <column>", "the column of the forecasts' times; by default the last of source.order_by")
    .option("--levels <list>", "coverage of the intervals in percent; by default batch.levels", numberList)
    .action(async (options: TotalsOptions) => {
      const { group, where, table, time, levels } = options;
      const report = await withWorkspace(options, async (mm) => {
        const totals = await mm.totals({
          ...(group !== undefined && { group }),
          ...(where !== undefined && { where }),
          ...(table !== undefined && { table }),
          ...(time !== undefined && { time }),
          ...(levels !== undefined && { levels }),
        });
        return { json: totals, text: totalsText(totals, levels ?? mm.config.batch.levels) };
      });
      print(report, options);
    });
}

function totalsText(totals: readonly Total[], levels: readonly number[]): string {
  const names = Object.keys(totals[0]?.group ?? {});
  const hasValue = totals.some(({ value }) => value !== null);
  const columns = [
    ...names,
    "time",
    "partitions",
    "forecast",
    ...levels.flatMap((level) => [`low ${level}`, `high ${level}`]),
    "correlation",
  ];
  const rows = totals
    .slice(0, SHOWN)
    .map(({ group, time, partitions, forecast, lower, upper, correlation, value }) => [
      ...names.map((name) => group[name] ?? null),
      ...[String(time), partitions, forecast],
      ...levels.flatMap((_, i) => [lower[i] ?? "-", upper[i] ?? "-"]),
      correlation ?? "-",
      ...(hasValue ? [value ?? null] : []),
    ]);
  const more = totals.length > SHOWN ? [`${totals.length - SHOWN} more; --json has all`] : [];
  return [formatTable([...columns, ...(hasValue ? ["value"] : [])], rows), ...more].join("\n");
}
