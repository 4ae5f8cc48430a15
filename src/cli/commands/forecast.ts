import type { Command } from "commander";
import { formatTime } from "../../forecast/interval.ts";
import type { PartitionSeries } from "../../inspect/partition-series.ts";
import { seriesText, whyNot } from "../../picture/series-text.ts";
import { terminalFan } from "../../picture/terminal-fan.ts";
import { addCommand, type CommonOptions, print, type Report, withWorkspace } from "../command.ts";
import { addPartitionOptions, openWith, type PartitionOptions } from "../partition-options.ts";
import { formatTable } from "../table.ts";

const FAN_ROWS = 12;
const FAN_COLUMNS = 100;

/** `manymodel forecast KEY`: what one partition will do, as a table and a picture of characters. */
export function addForecast(program: Command): void {
  addPartitionOptions(
    addCommand(program, "forecast <key...>", "forecast one partition: its key, one word for each key column"),
  ).action(async (words: string[], options: CommonOptions & PartitionOptions) => {
    const series = await withWorkspace(options, async (mm) => (await openWith(mm, options)).find(words));
    print(forecastReport(series), options);
    if (series.scored.status !== "OK") process.exitCode = 1;
  });
}

function forecastReport(series: PartitionSeries): Report {
  const { row, of, scored, levels, time } = series;
  const steps = scored.status === "OK" ? scored.mean.length : 0;
  const times = scored.status === "OK" ? scored.times : null;
  const timeText = (i: number) => {
    const at = times?.[i];
    if (typeof at !== "number") return at ?? null;
    return time?.type === "date" || time?.type === "timestamp" ? formatTime(time.type, at) : at;
  };
  const columns = [
    ...(times === null ? [] : [time!.name]),
    "STEP",
    "FORECAST",
    ...levels.flatMap((level) => [`LO_${level}`, `HI_${level}`]),
  ];
  const rows = Array.from({ length: steps }, (_, i) => {
    if (scored.status !== "OK") return [];
    const bounds = levels.flatMap((_, level) => [scored.lower[level]![i]!, scored.upper[level]![i]!]);
    return [
      ...(times === null ? [] : [timeText(i)]),
      i + 1,
      scored.mean[i]!,
      ...bounds.map((x) => (Number.isNaN(x) ? null : x)),
    ];
  });
  const { title, about } = seriesText(series);
  const json = {
    of,
    partitionKey: row.partitionKey,
    status: scored.status,
    ...(scored.status !== "OK" && { errorType: scored.errorType, errorMessage: scored.errorMessage }),
    columns,
    rows,
  };
  if (scored.status !== "OK") return { json, text: `${title}: ${whyNot(series)}` };
  const size = { columns: Math.min(process.stdout.columns ?? FAN_COLUMNS, FAN_COLUMNS), rows: FAN_ROWS };
  return {
    json,
    text: [`${title}: ${about}`, "", ...terminalFan(series, size), "", formatTable(columns, rows)].join("\n"),
  };
}
