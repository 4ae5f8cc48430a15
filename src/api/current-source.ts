import { FORECASTS } from "../core/current-forecasts.ts";
import type { DataQuery } from "../core/run.ts";
import { during } from "../ports/activity.ts";
import type { Source } from "../ports/source.ts";
import { currentForecasts, type Workspace } from "./workspace.ts";

/**
 * Returns a workspace's source that also reads the view `FORECASTS`, as the rows of the table of forecasts that the
 * view shows. A table of that name, from before there was the view, comes first.
 */
export async function currentSource({ config, engine }: Workspace): Promise<Source> {
  const { source, tables, views } = engine;
  const current = currentForecasts(config);
  if ((await source.columns(current.table)) === undefined) return source;
  const { rows } = await during({ phase: "setup" }, async () => {
    // Another configuration of the workspace may have shown its own.
    await views.showForecasts(current);
    const isRead = (await source.columns(FORECASTS)) !== undefined;
    return isRead ? { rows: [] } : tables.query(`SELECT DISTINCT MODEL_VERSION FROM ${FORECASTS}`, [], 2);
  });
  const [version] = rows[0] ?? [];
  if (typeof version !== "string") return source;
  const isView = (table: string) => table.toUpperCase() === FORECASTS;
  const where = `MODEL_NAME = '${current.model}' AND MODEL_VERSION = '${version}'`;
  return {
    ...source,
    columns: (table) => source.columns(isView(table) ? current.table : table),
    snapshot: (query: DataQuery) =>
      source.snapshot(isView(query.table) ? { ...query, table: current.table, where } : query),
  };
}
