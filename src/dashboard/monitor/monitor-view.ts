import { ManymodelError, show } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import type { QueryValue } from "../../ports/tables.ts";
import { latestOf, number, OF_VERSION, text } from "../base/status-query.ts";
import type { MonitorDay, MonitorDetail } from "../wire.ts";

/** The tables that monitoring writes. */
export interface MonitorTables {
  readonly ledger: string;
  readonly status: string;
  /** The table of verdicts that batches of readings write. */
  readonly readings: string;
}

const MOST_DAYS = 730;
const MOST_MODELS = 1000;

/**
 * Describes the accuracy of a version's forecasts, by the accuracy ledger and the latest monitoring run; of the newest
 * one in the ledger when no version is named. Null before anything was monitored.
 *
 * @throws {ManymodelError} `not-found` for a version that the ledger has nothing of
 */
export async function monitorDetail(
  { source, tables }: Engine,
  { ledger, status }: Pick<MonitorTables, "ledger" | "status">,
  selection: { readonly model?: string; readonly version?: string },
): Promise<MonitorDetail | null> {
  const columns = await source.columns(status);
  if (columns === undefined) return null;
  const named = columns.map(({ name }) => name);
  const runs = await tables.query(
    `SELECT MODEL_NAME, MODEL_VERSION, MAX(MONITORED_AT) AS LATEST FROM ${status} GROUP BY MODEL_NAME, MODEL_VERSION ORDER BY LATEST DESC`,
    [],
    MOST_MODELS,
  );
  const models = runs.rows.map(([model, version]) => ({ model: String(model), version: String(version) }));
  const chosen = models.find(
    ({ model, version }) =>
      (selection.model === undefined || model === selection.model) &&
      (selection.version === undefined || version === selection.version),
  );
  if (chosen === undefined && selection.model === undefined) return null;
  if (chosen === undefined)
    throw new ManymodelError("not-found", `${show(selection.model)} ${show(selection.version)} was never monitored`);
  const latest = latestOf(status);
  const params = [chosen.model, chosen.version];
  // After a patch the models that were not replaced go on where they were: an entry is of a model, not of a version.
  const ownRuns = named.includes("MODEL_RUN")
    ? `MODEL_NAME = $1 AND (PARTITION_KEY, MODEL_RUN) IN (SELECT PARTITION_KEY, MODEL_RUN FROM ${status} WHERE ${latest})`
    : OF_VERSION;
  const counted = await tables.query(
    `SELECT VERDICT, COUNT(*), MAX(MONITORED_AT) FROM ${status} WHERE ${latest} GROUP BY VERDICT ORDER BY VERDICT`,
    params,
    MOST_MODELS,
  );
  return {
    models,
    ...chosen,
    monitoredAt: text(counted.rows[0]?.[2]),
    verdicts: counted.rows.map(([verdict, count]) => ({ verdict: String(verdict), count: Number(count) })),
    ...(await daysOf({ source, tables }, ledger, ownRuns, params)),
  };
}

/**
 * Returns errors and coverage by the time that was forecast.
 *
 * @param of - a condition on the ledger's rows, whose values are `params`
 */
async function daysOf(
  { source, tables }: Pick<Engine, "source" | "tables">,
  ledger: string,
  of: string,
  params: readonly QueryValue[],
): Promise<Pick<MonitorDetail, "days" | "levels">> {
  const columns = (await source.columns(ledger)) ?? [];
  const names = columns.map(({ name }) => name);
  const time = names[names.indexOf("ORIGIN") + 1];
  if (time === undefined || !names.includes("ORIGIN")) return { days: [], levels: [] };
  const levels = names.flatMap((name) => (/^HIT_[\d.]+$/.test(name) ? [Number(name.slice(4))] : []));
  const shares = levels.map(
    (level) =>
      `100 * AVG(CASE WHEN ${tables.columnName(`HIT_${level}`)} THEN 1.0 WHEN NOT ${tables.columnName(`HIT_${level}`)} THEN 0.0 END)`,
  );
  const at = tables.columnName(time);
  const { rows } = await tables.query(
    `SELECT ${[at, "COUNT(*)", "AVG(ABS(SCALED_ERROR))", "AVG(SCALED_ERROR)", ...shares].join(", ")} FROM ${ledger}
     WHERE ${of} GROUP BY ${at} ORDER BY ${at} DESC`,
    params,
    MOST_DAYS,
  );
  const days = rows.map(
    ([at, forecasts, scaledError, meanError, ...coverage]): MonitorDay => ({
      time: String(at),
      forecasts: Number(forecasts),
      scaledError: number(scaledError),
      meanError: number(meanError),
      coverage: coverage.map(number),
    }),
  );
  return { days: days.reverse(), levels };
}
