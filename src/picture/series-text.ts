import { at, zip } from "../core/aligned.ts";
import { DEFAULT_METRICS } from "../core/metric.ts";
import { keyText } from "../core/partition-key.ts";
import type { PartitionSeries } from "../inspect/partition-series.ts";
import { formatNumber } from "../text/number.ts";

/** Returns a partition in words: its key, a line about its model, and what its picture shows. */
export function seriesText(series: PartitionSeries): {
  readonly title: string;
  readonly about: string;
  readonly description: string;
} {
  const { row, of, target, scored, values, trained } = series;
  const title = keyTitle(series);
  const metrics = row.metrics === null ? {} : (JSON.parse(row.metrics) as Record<string, number | null>);
  const [error] = [...DEFAULT_METRICS, "mase"].flatMap((name) => {
    const value = metrics[name];
    return typeof value === "number" ? [{ name, value }] : [];
  });
  const observed = countObserved(values.subarray(0, trained));
  const newer = countObserved(values.subarray(trained));
  const parts = [
    scored.status === "FALLBACK" ? scored.errorMessage : (modelName(row.model) ?? row.modelKind ?? row.outcome),
    `${observed} ${observed === 1 ? "observation" : "observations"} of ${target}${newer > 0 ? `, then ${newer} newer` : ""}`,
    ...(error === undefined ? [] : [`${error.name.replace("_", " ")} ${formatNumber(error.value, 3)}`]),
    of,
  ];
  const about = "mean" in scored ? parts.join(" · ") : [whyNot(series), ...parts.slice(1)].join(" · ");
  const range =
    "mean" in scored && scored.mean.length > 0
      ? `, and ${scored.mean.length} forecasts from ${formatNumber(at(scored.mean, 0))} to ${formatNumber(at(scored.mean, -1))}`
      : "";
  return { title, about, description: `${target} of ${title}: ${about}${range}.` };
}

const countObserved = (values: Float64Array) =>
  values.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);

/** Returns a partition's key without the names of its columns: `S1, SKU 7`. */
export function keyTitle({ keyColumns, row }: Pick<PartitionSeries, "keyColumns" | "row">): string {
  const texts = Array.from(zip(keyColumns, row.key), ([column, value]) =>
    value === null ? "NULL" : keyText(column, value),
  );
  return texts.join(", ");
}

/** Explains why a partition has no forecast. */
export function whyNot({ scored }: PartitionSeries): string {
  if ("mean" in scored) return "";
  if (scored.status === "ENDED") return `no forecast (${scored.errorMessage ?? "the series has ended"})`;
  const because = scored.errorMessage === null || scored.errorMessage === "" ? "" : `: ${scored.errorMessage}`;
  return `${scored.status === "NO_MODEL" ? "no model" : "no forecast"} (${scored.errorType ?? "unknown"}${because})`;
}

/** Returns the name that a model gives itself, such as `ARIMA(1,1,1)(0,1,1)[7]`; undefined if it gives none. */
function modelName(model: string | null): string | undefined {
  if (model === null) return undefined;
  const { method } = JSON.parse(model) as { method?: unknown };
  return typeof method === "string" ? method : undefined;
}
