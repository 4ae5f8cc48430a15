import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import { BATCH_RUNS, type CurrentForecasts, FORECASTS } from "../../core/current-forecasts.ts";
import { FORECAST_OVERRIDES } from "../../core/override.ts";
import { currentOwner, meantVersion } from "../node/current-batch.ts";
import { identifier } from "../node/duck.ts";
import { withFinalForecast } from "../node/final-forecast.ts";
import type { Database } from "./database.ts";
import { literal } from "./literal.ts";
import { runExclusively } from "./run-exclusively.ts";
import { folded, type TableStore } from "./table-store.ts";

const VIEW = FORECASTS.toLowerCase();

/** The start of the view's comment. The table that it shows and the version that made it follow. */
const MARK = "manymodel:";

/** The table that the view FORECASTS shows, as an expression over `pg_class` as `c`; NULL of every other relation. */
export const FORECASTS_TABLE = `CASE WHEN c.relname = ${literal(VIEW)}
  THEN substring(obj_description(c.oid, 'pg_class') FROM ${literal(`^${MARK}(.*):[0-9a-f]*$`)}) END`;

/** Makes the view FORECASTS, or makes it anew where it shows something else. */
export async function showForecasts(db: Database, store: TableStore, current: CurrentForecasts): Promise<void> {
  const view = `${db.schema}.${identifier(VIEW)}`;
  await db.transaction(
    async (client) => {
      const select = await selectCurrent(client, db.schema, store, current);
      if (select === undefined) return;
      const mark = `${MARK}${current.table.toLowerCase()}:${createHash("sha256").update(select).digest("hex")}`;
      const readMark = async () => {
        const { rows } = await client.query(
          "SELECT obj_description(c.oid, 'pg_class') AS mark FROM pg_class c WHERE relnamespace = $1::regnamespace AND relname = $2",
          [db.schema, VIEW],
        );
        return (rows as { mark: string | null }[])[0];
      };
      // Somebody else's table or view stays.
      const isDone = (row: { mark: string | null } | undefined) =>
        row !== undefined && (row.mark === mark || !row.mark?.startsWith(MARK));
      if (isDone(await readMark())) return;
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`manymodel views ${db.schema}`]);
      const existing = await readMark();
      if (isDone(existing)) return;
      await client.query("SAVEPOINT forecasts");
      try {
        await runExclusively(client, `CREATE OR REPLACE VIEW ${view} AS ${select}`);
      } catch (error) {
        // 42P16: a column would change its type or its place, or go.
        if ((error as { code?: string }).code !== "42P16") throw error;
        await client.query("ROLLBACK TO SAVEPOINT forecasts");
        await runExclusively(client, `DROP VIEW ${view}`, `CREATE VIEW ${view} AS ${select}`);
      }
      await client.query(`COMMENT ON VIEW ${view} IS ${literal(mark)}`);
    },
    { repeatable: true },
  );
}

/** Returns the query of the forecasts that count; undefined where there is no table of forecasts. */
async function selectCurrent(
  client: ClientBase,
  schema: string,
  store: TableStore,
  current: CurrentForecasts,
): Promise<string | undefined> {
  const batches = await store.find(client, BATCH_RUNS);
  const ownedBy = async (owner: string) => {
    const select = await store.selectOf(client, current.table, owner);
    if (select === undefined) return undefined;
    return withFinalForecast(`(${select})`, (await store.columns(client, current.table)) ?? [], {
      from: (await store.find(client, FORECAST_OVERRIDES))?.from,
      time: current.time,
      column: (name) => identifier(folded(name)),
      now: "(now() AT TIME ZONE 'UTC')",
    });
  };
  if (batches === undefined) return ownedBy("SELECT NULL::text");
  const registry = {
    aliases: `${schema}.mm$aliases`,
    versions: `${schema}.mm$versions`,
    newestFirst: "created_at DESC, id DESC",
    literal,
  };
  // As JSON.stringify writes it, without spaces.
  const ownerOf = (columns: readonly string[]) =>
    `encode(sha256(convert_to('[' || ${columns.map((name) => `to_json(${name})::text`).join(" || ',' || ")} || ']', 'UTF8')), 'hex')`;
  const owner = currentOwner(current, `(${meantVersion(current, registry)})`, {
    batches: batches.from,
    literal,
    ownerOf,
  });
  return ownedBy(owner);
}
