import { absent, data } from "../packages/forecast/test/reference.ts";

/** Returns the daily series and the monthly sample of M3 that the tests use; see packages/forecast/test/reference.ts. */
export function measuredSeries(): { readonly daily: Float64Array[]; readonly monthly: Float64Array[] } {
  const [daily, m3, sample] = [data("series_events_40"), data("m3_train"), data("m3_sample400")];
  if (daily === undefined || m3 === undefined || sample === undefined) throw new Error(absent);
  const monthly = new Set(sample.filter((row) => row.period === "MONTHLY").map((row) => row.id));
  return {
    daily: seriesOf(daily, "unit_id", "y"),
    monthly: seriesOf(
      m3.filter((row) => monthly.has(row.id)),
      "id",
      "value",
    ),
  };
}

/** Returns the series of a table, by id. */
function seriesOf(rows: readonly Readonly<Record<string, string>>[], id: string, value: string): Float64Array[] {
  const byId = new Map<string, number[]>();
  for (const row of rows) {
    const key = row[id] ?? "";
    const values = byId.get(key) ?? [];
    values.push(Number(row[value]));
    byId.set(key, values);
  }
  return [...byId.values()].map((values) => Float64Array.from(values));
}

/** Returns the indices of so many series that are spread evenly over all. */
export function spread(count: number, all: number): number[] {
  const least = Math.min(count, all);
  return Array.from({ length: least }, (_, i) => Math.floor((i * all) / least));
}
