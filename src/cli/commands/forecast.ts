import type { Command } from "commander";
import { zip } from "../../core/aligned.ts";
import { printable } from "../../core/errors.ts";
import type { OrderLevel } from "../../core/lead-time.ts";
import { FORECAST_FINAL } from "../../core/override.ts";
import { forecastTable } from "../../inspect/forecast-table.ts";
import type { PartitionSeries } from "../../inspect/partition-series.ts";
import { seriesText, whyNot } from "../../picture/series-text.ts";
import { terminalFan } from "../../picture/terminal-fan.ts";
import { type CommonOptions, print, type Report, withWorkspace } from "../command.ts";
import { addPartitionOptions, openWith, type PartitionOptions } from "../partition-options.ts";
import { formatTable } from "../table.ts";

const FAN_ROWS = 12;
const FAN_COLUMNS = 100;

/** `manymodel forecast KEY`: what one partition will do, as a table and a picture of characters. */
export function addForecast(command: Command): void {
  addPartitionOptions(command).action(async (words: string[], options: CommonOptions & PartitionOptions) => {
    const { series, final } = await withWorkspace(options, async (mm) => {
      const { finalOf } = await import("../../api/nouns/partitions.ts");
      const series = await (await openWith(mm, options)).find(words);
      return { series, final: await finalOf(mm, options.model ?? mm.config.register.model, series) };
    });
    print(forecastReport(series, final), options);
    if (!("mean" in series.scored)) process.exitCode = 1;
  });
}

/** Returns an order level as a table of one row. */
function orderText({ leadTime, demand, orderUpTo }: OrderLevel): string {
  return formatTable(
    ["lead time", "demand", "order up to", "safety stock"],
    [[leadTime, demand, orderUpTo, orderUpTo - demand]],
  );
}

/** @param final - the forecasts that count, where an override is in force */
function forecastReport(series: PartitionSeries, final: readonly number[] | undefined): Report {
  const { row, of, scored } = series;
  const forecasts = forecastTable(series);
  const columns = [...forecasts.columns, ...(final === undefined ? [] : [FORECAST_FINAL])];
  const rows =
    final === undefined ? forecasts.rows : Array.from(zip(forecasts.rows, final), ([row, value]) => [...row, value]);
  const { about, ...text } = seriesText(series);
  // A key may have a line break.
  const title = printable(text.title);
  const isStated = scored.status === "OK" || !("mean" in scored);
  const { errorType, errorMessage } = scored;
  const order = "order" in scored ? scored.order : undefined;
  const why = isStated ? { errorType, errorMessage } : {};
  const json = {
    of,
    partitionKey: row.partitionKey,
    status: scored.status,
    ...why,
    note: series.note,
    log: row.log,
    ...(order !== undefined && { order: { ...order, safetyStock: order.orderUpTo - order.demand } }),
    columns,
    rows,
  };
  const log = row.log === null ? [] : ["", "Printed while it was fitted:", row.log.trimEnd()];
  if (!("mean" in scored)) return { json, text: [`${title}: ${whyNot(series)}`, ...log].join("\n") };
  // A terminal that does not know its width says 0.
  const size = { columns: Math.min(process.stdout.columns || FAN_COLUMNS, FAN_COLUMNS), rows: FAN_ROWS };
  const fan = terminalFan(series, size);
  return {
    json,
    text: [
      ...[
        `${title}: ${about}`,
        ...(series.note === null ? [] : [series.note]),
        "",
        ...(fan.length > 0 ? [...fan, ""] : []),
      ],
      ...[formatTable(columns, rows), ...(order === undefined ? [] : ["", orderText(order)]), ...log],
    ].join("\n"),
  };
}
