import type { DuckDBConnection } from "@duckdb/node-api";
import { BATCH_RUNS, type CurrentForecasts } from "../../core/current-forecasts.ts";
import { FORECAST_OVERRIDES } from "../../core/override.ts";
import { currentOwner, meantVersion } from "../node/current-batch.ts";
import { identifier, literal } from "../node/duck.ts";
import { withFinalForecast } from "../node/final-forecast.ts";
import type { Database } from "./database.ts";
import type { TableStore } from "./table-store.ts";

/** An owner that has no rows. */
const NOBODY = "";

/** Returns the relation of the forecasts that count now; undefined where there is no table of forecasts. */
export async function currentForecasts(
  connection: DuckDBConnection,
  { db, store, current }: { readonly db: Database; readonly store: TableStore; readonly current: CurrentForecasts },
): Promise<ReturnType<TableStore["find"]>> {
  const batches = store.find(BATCH_RUNS);
  let owner: string | undefined;
  if (batches !== undefined) {
    const registry = { aliases: "aliases", versions: "versions", newestFirst: "created_at DESC, rowid DESC", literal };
    const [target] = db.prepare(`${meantVersion(current, registry)} AS version`).all() as { version: string | null }[];
    const version = target?.version == null ? "NULL" : literal(target.version);
    const ownerOf = (columns: readonly string[]) => `sha256(CAST(to_json([${columns.join(", ")}]) AS VARCHAR))`;
    const newest = await connection.runAndReadAll(
      currentOwner(current, version, { batches: batches.from, literal, ownerOf }),
    );
    const [row] = newest.getRows();
    if (typeof row?.[0] === "string") [owner] = row;
  }
  const forecasts = store.find(current.table, owner ?? NOBODY);
  const overrides = store.find(FORECAST_OVERRIDES);
  if (forecasts === undefined) return undefined;
  const select = withFinalForecast(forecasts.from, store.columns(current.table) ?? [], {
    from: overrides?.from,
    time: current.time,
    column: identifier,
    now: `TIMESTAMP ${literal(new Date().toISOString().slice(0, -1))}`,
  });
  return { ...forecasts, from: `(${select})`, files: [...forecasts.files, ...(overrides?.files ?? [])] };
}
