import { at } from "../../core/aligned.ts";
import { findDrivers } from "../../core/drivers.ts";
import type { RunManifest } from "../../core/run.ts";
import { readPeriod } from "../../model/period-rule.ts";
import type { Engine } from "../../ports/engine.ts";
import type { QueryValue } from "../../ports/tables.ts";
import { keyLabel } from "../base/key-label.ts";
import { number, text } from "../base/status-query.ts";
import { textAt } from "../base/text-column.ts";
import type { MonitorTables } from "../monitor/monitor-view.ts";
import type { PartitionTable } from "../partitions/partition-table.ts";
import { forecastTask } from "../runs/run-view.ts";
import type { NightBatch, NightLoss } from "../wire-night.ts";
import { type LossAlarm, type LossBatch, type LossFacts, lossCause } from "./loss-cause.ts";
import { holdoutErrors } from "./run-accuracy.ts";

const MOST_LOSSES = 10;
const MOST_ALARMS = 1000;

/** Sources that explain the losses of a run. */
export interface LossSurroundings {
  readonly monitored: Pick<MonitorTables, "ledger" | "status">;
  /** The table of forecasts that batches write. */
  readonly forecasts: string;
  readonly model: string | null;
  readonly version: string | null;
  readonly batch: (NightBatch & { readonly rows: number; readonly horizon: number }) | null;
}

/** Returns the series of a run that lose most, by value where the worth of units is known, each with its cause. */
export async function lossesOf(
  engine: Engine,
  table: PartitionTable,
  { exports }: RunManifest,
  value: Float64Array | null,
  around: LossSurroundings,
): Promise<NightLoss[]> {
  const errors = await holdoutErrors(table);
  if (errors === undefined) return [];
  const worth = value?.some((one) => !Number.isNaN(one)) === true ? value : null;
  const lost = worth === null ? errors.error : errors.error.map((error, row) => error * (worth[row] ?? Number.NaN));
  const total = lost.reduce((sum, one) => sum + (Number.isFinite(one) ? one : 0), 0);
  const rows = largest(lost, MOST_LOSSES);
  const keys = rows.map((row) => textAt(table.keys, row));
  const alarms = await alarmsOf(engine, around, keys);
  const batches = await batchesOf(engine, around, keys, drivenBy(exports));
  const { holdout } = forecastTask(exports);
  const { period } = readPeriod(null, exports);
  return rows.map((row, i): NightLoss => {
    const key = at(keys, i);
    const [meanError, size, mase] = [errors.meanError[row], errors.size[row], errors.mase[row]].map((one) =>
      finite(one),
    );
    const facts: LossFacts = {
      observations: table.nObs[row] ?? 0,
      ...{ holdout, period },
      error: at(errors.error, row),
      meanError: meanError ?? null,
      size: size ?? null,
      mase: mase ?? null,
      alarm: alarms.get(key) ?? null,
      batch: batches.get(key) ?? null,
    };
    return {
      key,
      text: keyLabel(key),
      units: facts.error,
      value: worth === null ? null : finite(lost[row]),
      share: total > 0 ? at(lost, row) / total : 0,
      cause: lossCause(facts),
    };
  });
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/** Returns the rows of the largest finite values above 0, the largest first. */
function largest(values: Float64Array, most: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    const least = rows.length < most ? 0 : (values[at(rows, -1)] ?? 0);
    if (!(value > least) || value === Number.POSITIVE_INFINITY) continue;
    const place = rows.findIndex((other) => (values[other] ?? 0) < value);
    rows.splice(place < 0 ? rows.length : place, 0, row);
    if (rows.length > most) rows.pop();
  }
  return rows;
}

/** Returns the columns whose planned rows a run's forecasts need. */
function drivenBy(exports: unknown): string[] {
  const regressors = findDrivers(exports)?.regressors ?? [];
  return [...new Set(regressors.filter(({ lags }) => lags.some((lag) => lag <= 0)).map(({ column }) => column))];
}

/** Returns places for values in a statement, from `$first` on. */
const places = (values: readonly unknown[], first: number) => values.map((_, i) => `$${first + i}`).join(", ");

/** Returns the latest verdicts on series that are not `ok`, with the mean error since they began. */
async function alarmsOf(
  { source, tables }: Engine,
  { monitored: { status, ledger }, model, version }: LossSurroundings,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LossAlarm>> {
  const alarms = new Map<string, LossAlarm>();
  if (model === null || keys.length === 0 || (await source.columns(status)) === undefined) return alarms;
  const condition = `MODEL_NAME = $1 AND PARTITION_KEY IN (${places(keys, 2)})`;
  const { rows } = await tables.query(
    `SELECT PARTITION_KEY, MODEL_VERSION, VERDICT, REASONS, SINCE FROM ${status} WHERE ${condition} ORDER BY MONITORED_AT DESC`,
    [model, ...keys],
    MOST_ALARMS,
  );
  const latest = new Map<string, readonly QueryValue[]>();
  for (const row of rows) if (!latest.has(String(row[0]))) latest.set(String(row[0]), row);
  const biases = await biasesOf({ source, tables }, ledger, status, condition, [model, ...keys]);
  for (const [key, [, of, verdict, reasons, since]] of latest)
    if (verdict === "drift" || verdict === "watch")
      alarms.set(key, {
        version: of === version ? null : String(of),
        reasons: String(reasons ?? "").split(", "),
        since: text(since),
        bias: biases.get(key) ?? null,
      });
  return alarms;
}

/** Returns the mean errors of series over their mean observations, of all times since the alarm began. */
async function biasesOf(
  { source, tables }: Pick<Engine, "source" | "tables">,
  ledger: string,
  status: string,
  condition: string,
  params: readonly QueryValue[],
): Promise<ReadonlyMap<string, number>> {
  const names = (await source.columns(ledger))?.map(({ name }) => name) ?? [];
  const time = names[names.indexOf("ORIGIN") + 1];
  if (!names.includes("ORIGIN") || time === undefined) return new Map();
  const { rows } = await tables.query(
    `SELECT l.PARTITION_KEY, SUM(l.ERROR), SUM(ABS(l.ACTUAL)) FROM ${ledger} l
     JOIN (SELECT PARTITION_KEY AS K, MAX(SINCE) AS FIRST_TIME FROM ${status} WHERE ${condition} GROUP BY PARTITION_KEY) s
     ON s.K = l.PARTITION_KEY WHERE l.MODEL_NAME = $1 AND l.${tables.columnName(time)} >= s.FIRST_TIME GROUP BY l.PARTITION_KEY`,
    params,
    MOST_ALARMS,
  );
  return new Map(
    rows.flatMap(([key, error, size]) => {
      const [sum, actual] = [number(error), number(size)];
      return sum === null || actual === null || actual === 0 ? [] : [[String(key), sum / actual] as const];
    }),
  );
}

/** Reads the rows that the batch wrote of series. If all went well, it does not read the table of forecasts. */
async function batchesOf(
  { tables }: Engine,
  { batch, forecasts, model, version }: LossSurroundings,
  keys: readonly string[],
  drivers: readonly string[],
): Promise<ReadonlyMap<string, LossBatch>> {
  if (batch === null || model === null || version === null || batch.version !== version) return new Map();
  const isWhole = batch.ok === batch.partitions && batch.rows >= batch.partitions * batch.horizon;
  if (isWhole || keys.length === 0) return new Map();
  const { rows } = await tables.query(
    `SELECT PARTITION_KEY, MAX(STATUS), COUNT(FORECAST) FROM ${forecasts}
     WHERE MODEL_NAME = $1 AND MODEL_VERSION = $2 AND PARTITION_KEY IN (${places(keys, 3)}) GROUP BY PARTITION_KEY`,
    [model, version, ...keys],
    MOST_ALARMS,
  );
  const { horizon } = batch;
  return new Map(
    rows.map(([key, status, steps]) => [
      String(key),
      { status: String(status), steps: Number(steps), horizon, drivers },
    ]),
  );
}
