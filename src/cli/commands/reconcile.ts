import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReconcileTablesOptions } from "../../api/verbs/reconcile.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { DeclaredLevel } from "../../reconcile/declared-hierarchy.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { NOTHING_WRITTEN } from "../interrupt.ts";
import { numberList } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

interface ReconcileOptions extends CommonOptions {
  readonly level?: readonly Assigned[];
  readonly residuals?: readonly Assigned[];
  readonly method?: NonNullable<ReconcileTablesOptions["method"]>;
  readonly output?: string;
  readonly time?: string;
  readonly levels?: number[];
  readonly intervals: boolean;
  readonly attributes?: string;
  readonly nonNegative?: boolean;
  readonly missing?: "fail" | "leave-out";
}

/** Key columns, and a table where one is named. */
interface Assigned {
  readonly by: readonly string[];
  readonly table?: string;
}

/** `manymodel reconcile`: makes forecasts of several levels of a hierarchy add up. */
export function addReconcile(command: Command): void {
  command
    .option(
      "--level <columns=table>",
      "a level's key columns and its table of forecasts, the leaves' first: store,sku=FORECASTS; store=STORES; =TOTAL; store alone: sums of the leaves",
      assigned,
    )
    .option("--residuals <columns=table>", "a level's table of residuals, for mint-shrink", assigned)
    .option("--method <method>", "bottom-up, top-down, ols, wls-struct (the default), wls-var or mint-shrink")
    .option("--output <table>", "the table of reconciled forecasts; by default reconcile.output_table")
    .option("--time <column>", "the column of the forecasts' times; by default the last of source.order_by")
    .option("--levels <list>", "coverage of the intervals in percent; by default batch.levels", numberList)
    .option("--no-intervals", "point forecasts only")
    .option("--attributes <table>", "a table of the leaves' keys and of further columns that levels are by")
    .option("--non-negative", "leaves' forecasts below zero become zero")
    .addOption(
      new Option("--missing <rule>", "the rule for a missing forecast; leave-out: that leaf is left out").choices([
        "fail",
        "leave-out",
      ]),
    )
    .action(async (options: ReconcileOptions) => {
      const levels = options.level && withResiduals(options.level, options.residuals ?? []);
      const { method, output, time, attributes, nonNegative, missing } = options;
      const intervals = options.intervals ? options.levels : [];
      const report = await withWorkspace(options, async (mm) => {
        const began = performance.now();
        const progress = await showProgress("reconciling", NOTHING_WRITTEN);
        const summary = await mm
          .reconcile({
            ...(levels !== undefined && { levels }),
            ...(method !== undefined && { method }),
            ...(output !== undefined && { outputTable: output }),
            ...(time !== undefined && { time }),
            ...(intervals !== undefined && { intervals }),
            ...(attributes !== undefined && { attributes }),
            ...(nonNegative !== undefined && { nonNegative }),
            ...(missing !== undefined && { missing }),
            ...(progress.update !== undefined && { onProgress: progress.update }),
          })
          .finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        const { leaves, aggregates, steps, leftOut, unweighted, rows, outputTable } = summary;
        const exceptions = [
          leftOut > 0 ? `, ${leftOut} leaves left out` : "",
          unweighted > 0 ? `, ${unweighted} base forecasts without a weight (STATUS says why)` : "",
        ];
        const text = `Reconciled ${leaves} leaves and ${aggregates} sums over ${steps} steps by ${summary.method}${exceptions.join("")}; ${rows} rows in ${outputTable}, ${formatSeconds(seconds)}.`;
        return { json: { ...summary, seconds }, text };
      });
      print(report, options);
    });
}

/** Collects `columns=TABLE`, each time the option is given. */
function assigned(text: string, before: readonly Assigned[] = []): Assigned[] {
  const at = text.includes("=") ? text.indexOf("=") : text.length;
  const [columns, table] = [text.slice(0, at), text.slice(at + 1)];
  const by = columns === "" ? [] : columns.split(",").map((name) => name.trim());
  if (by.includes("")) throw new InvalidArgumentError("it must be columns separated by commas, then = and a table.");
  return [...before, { by, ...(table !== "" && { table }) }];
}

function withResiduals(levels: readonly Assigned[], residuals: readonly Assigned[]): DeclaredLevel[] {
  const name = ({ by }: Assigned) => by.join(",").toLowerCase();
  const stray = residuals.find((one) => !levels.some((level) => name(level) === name(one)));
  if (stray !== undefined)
    throw new ManymodelError(
      "usage",
      `--residuals ${stray.by.join(",")}=${stray.table ?? ""} matches no level; write the columns as in --level`,
    );
  return levels.map((level) => {
    const table = residuals.find((one) => name(one) === name(level))?.table;
    return { ...level, ...(table !== undefined && { residuals: table }) };
  });
}
