import type { Command } from "commander";
import type { Monitored } from "../../api/verbs/monitor.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds, formatTable } from "../table.ts";
import { keyText } from "./rank.ts";

interface MonitorCommandOptions extends CommonOptions {
  readonly model?: string;
  readonly modelVersion?: string;
  readonly forecasts?: string;
  readonly actuals?: string;
  readonly target?: string;
}

/** The exit code that says that more partitions drift than may. */
const ALERT = 3;
const SHOWN = 20;

/** `manymodel monitor`: holds forecasts against what was observed since. */
export function addMonitor(command: Command): void {
  command
    .option("--model <model>", "the model; by default register.model")
    .option("--model-version <version>", "the version, or an alias of one; by default the model's default version")
    .option("--forecasts <table>", "the table of forecasts; by default monitor.forecasts or batch.output_table")
    .option("--actuals <table>", "the table or file of observations; by default monitor.actuals or source.table")
    .option("--target <column>", "the column that was forecast; by default the run's own")
    .action(async (options: MonitorCommandOptions) => {
      const { model, modelVersion, forecasts, actuals, target } = options;
      const report = await withWorkspace(options, async (mm) => {
        const began = performance.now();
        const progress = await showProgress("monitoring", "the same command begins again");
        const result = await mm
          .monitor({
            ...(model !== undefined && { model }),
            ...(modelVersion !== undefined && { version: modelVersion }),
            ...(forecasts !== undefined && { forecasts }),
            ...(actuals !== undefined && { actuals }),
            ...(target !== undefined && { target }),
            ...(progress.update !== undefined && { onProgress: progress.update }),
          })
          .finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        return { json: { ...result, seconds }, text: monitorText(result, seconds), found: result };
      });
      print(report, options);
      const { alert, webhook } = report.found;
      if (webhook !== null && !webhook.delivered)
        process.stderr.write(
          `manymodel: the webhook was not reached in ${webhook.attempts} attempts: ${webhook.error}; ledger and verdicts are written\n`,
        );
      if (alert) process.exitCode = ALERT;
    });
}

/** Describes a monitoring run of a model of rows: medians over the partitions, and what drifts. */
function rowMonitorText(result: Monitored, measures: NonNullable<Monitored["measures"]>, seconds: number): string {
  const { model, version, partitions, verdicts, statusTable, measuresTable, webhook } = result;
  const short = (value: number) => (Number.isNaN(value) ? null : Number(value.toPrecision(3)));
  const rows = result.overview?.map(({ measure, value, reference, drift, watch }) => [
    ...[measure, short(value), short(reference)],
    ...[drift, watch],
  ]);
  const drifting = measures
    .filter(({ verdict }) => verdict === "drift")
    .sort((a, b) => b.severity - a.severity)
    .slice(0, SHOWN)
    .map(({ partitionKey, metric, feature, n, value, reference }) => [
      ...[keyText(partitionKey), feature === null ? metric : `psi of ${feature}`, n, short(value), short(reference)],
    ]);
  return [
    `${model} ${version}: ${partitions} partitions: ${verdicts.drift} drift, ${verdicts.watch} watched, ${verdicts.ok} ok, ${verdicts["no-data"]} without enough data; ${formatSeconds(seconds)}.`,
    formatTable(["measure", "median", "in training", "drift", "watched"], rows ?? []),
    ...(drifting.length === 0
      ? []
      : ["The worst first:", formatTable(["partition", "measure", "rows", "value", "in training"], drifting)]),
    `All measures are in ${measuresTable}; the verdicts are in ${statusTable}.`,
    ...(webhook?.delivered ? ["The webhook was called."] : []),
  ].join("\n");
}

function monitorText(result: Monitored, seconds: number): string {
  const { model, version, partitions, verdicts, reasons, newEntries, ledgerTable, statusTable, offenders } = result;
  const { medianRatio, webhook, overrides } = result;
  const measure = (value: number | null) => Number((value ?? NaN).toPrecision(4));
  if (result.measures !== undefined) return rowMonitorText(result, result.measures, seconds);
  const grouped = Object.entries(reasons).sort((a, b) => b[1] - a[1]);
  const rows = offenders
    .slice(0, SHOWN)
    .map(({ partitionKey, severity, ratio, n, since, reasons }) => [
      keyText(partitionKey),
      Number(severity.toPrecision(3)),
      Number.isNaN(ratio) ? null : Number(ratio.toPrecision(3)),
      n,
      since,
      reasons.join(", "),
    ]);
  return [
    `${model} ${version}: ${partitions} partitions: ${verdicts.drift} drift, ${verdicts.watch} watched, ${verdicts.ok} ok, ${verdicts["no-data"]} without enough data; ${formatSeconds(seconds)}.`,
    ...(medianRatio === null
      ? []
      : [`The median error is ${medianRatio.toPrecision(3)} times that of the registered holdout.`]),
    ...(overrides.valueAdded === null
      ? []
      : [
          `${overrides.overridden} forecasts were overridden: their mean absolute error is ${measure(overrides.maeFinal)}, without overrides ${measure(overrides.maeForecast)} (forecast value added ${measure(overrides.valueAdded)}).`,
        ]),
    ...grouped.map(([reason, count]) => `  ${count} × ${reason}`),
    `${newEntries} new rows in ${ledgerTable}; the verdicts are in ${statusTable}.`,
    ...(offenders.length === 0
      ? []
      : [
          `The worst first${offenders.length > SHOWN ? ` (${SHOWN} of ${offenders.length} shown; --json has all)` : ""}:`,
          formatTable(["partition", "severity", "ratio", "observations", "since", "reasons"], rows),
          "Next: manymodel refine --offenders",
        ]),
    ...(webhook?.delivered ? [`The webhook was called.`] : []),
  ].join("\n");
}
