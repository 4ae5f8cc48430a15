import { type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { FORECAST_FINAL, type OverridesInForce } from "../core/override.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { RunManifest, Snapshot, SourceRows } from "../core/run.ts";
import { rulesOf } from "../model/complete-rows.ts";
import { checkKeyTypes } from "../pipeline/score-batch.ts";
import type { Source } from "../ports/source.ts";
import { LEDGER, ledgerTime, type WatchedTable } from "./ledger.ts";

/** The tables by which to watch a version. */
export interface WatchSpec {
  readonly version: ModelVersion;
  /** The table of forecasts that batch scoring wrote. */
  readonly forecasts: string;
  /** The rows of the observations, old and new, by the version's key columns. */
  readonly actuals: SourceRows;
  readonly target: string;
  readonly ledgerTable: string;
  /** The values that planners set in place of forecasts. */
  readonly overrides: OverridesInForce;
}

/** The columns as the tables spell them. */
interface Names {
  readonly time: string;
  readonly actualTime: string;
  readonly target: string;
  readonly ledgerTime: string;
}

/** The three tables of a monitoring run, pinned, and which of their partitions were met. */
export interface WatchSources {
  readonly model: string;
  readonly version: string;
  readonly forecasts: Snapshot;
  readonly actuals: Snapshot;
  /** Undefined before the first run. */
  readonly ledger: Snapshot | undefined;
  readonly table: WatchedTable;
  readonly overrides: OverridesInForce;
  readonly names: Names;
  /** Notes which partitions of the forecasts and of the actuals were read. */
  met(forecasts: Int32Array, actuals: Int32Array): void;
  readonly seen: { readonly forecasts: Uint8Array; readonly actuals: Uint8Array };
}

/**
 * Pins forecasts, actuals and ledger.
 *
 * @throws {ManymodelError} `not-found` or `input` naming the table or column that is missing or of another type
 */
export async function openSources(source: Source, trained: RunManifest, spec: WatchSpec): Promise<WatchSources> {
  const { version, forecasts: table } = spec;
  const timeName = trained.snapshot.timeColumn;
  if (timeName === null)
    throw new ManymodelError(
      "input",
      `${version.model} ${version.version} was trained without a time column, so its forecasts cannot be matched with observations; train with source.order_by`,
    );
  const columns = await source.columns(table);
  if (columns === undefined)
    throw new ManymodelError("not-found", `there is no table ${show(table)} of forecasts; manymodel batch writes it`);
  const present = columns.map(({ name }) => name);
  const name = matchColumn(present, `KEY_${timeName}`) ?? matchColumn(present, timeName);
  const time = columns.find((column) => column.name === name);
  if (time === undefined || !["date", "timestamp", "number", "integer"].includes(time.type))
    throw new ManymodelError(
      "input",
      `${table} has no times of forecasts (${timeName}); ${time === undefined ? `it has ${present.join(", ")}` : `it holds ${time.type}s`}`,
    );
  const levels = levelsOf(present);
  const forecasts = await source.snapshot({
    table,
    keyColumns: ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY"],
    columns: [time.name, "STEP", "FORECAST", ...levels.flatMap((level) => [`LO_${level}`, `HI_${level}`])],
    orderBy: [time.name, "STEP"],
  });
  const { fill, ...others } = rulesOf(trained.snapshot.query);
  // Observations have no regressors to fill in.
  const rules = { ...others, ...(fill !== undefined && { fill: { value: fill.value, until: fill.until } }) };
  const { interval } = trained.snapshot.query;
  const actuals = await source.snapshot({
    ...spec.actuals,
    keyColumns: version.keyColumns.map((column) => column.name),
    columns: [timeName, spec.target],
    orderBy: [timeName],
    ...(trained.snapshot.zone !== undefined && { zone: trained.snapshot.zone }),
    ...(rules.target !== undefined && { ...rules, target: spec.target, ...(interval !== undefined && { interval }) }),
  });
  checkKeyTypes(version, actuals);
  const [actualTime, target] = actuals.columns as [ColumnInfo, ColumnInfo];
  const isTime = (type: string) => type === "date" || type === "timestamp";
  if (isTime(actualTime.type) !== isTime(time.type))
    throw new ManymodelError(
      "input",
      `${actualTime.name} of ${spec.actuals.table} holds ${actualTime.type}s, that of ${table} ${time.type}s; the types must agree`,
    );
  if (target.type !== "number" && target.type !== "integer")
    throw new ManymodelError(
      "input",
      `column ${target.name} of ${spec.actuals.table} holds ${target.type}s; it must be numbers`,
    );
  const watched = { keyColumns: version.keyColumns, time: { name: timeName, type: time.type }, levels };
  const dated = ledgerTime(watched);
  const marks = {
    forecasts: new Uint8Array(forecasts.partitions),
    actuals: new Uint8Array(actuals.partitions + (actuals.ended ?? 0)),
  };
  return {
    model: version.model,
    version: version.version,
    forecasts,
    actuals,
    table: watched,
    overrides: spec.overrides,
    seen: marks,
    ledger: await openLedger(source, spec.ledgerTable, dated, levels),
    names: { time: time.name, actualTime: actualTime.name, target: target.name, ledgerTime: dated },
    met(forecastOrdinals, observed) {
      for (const ordinal of forecastOrdinals) if (ordinal >= 0) marks.forecasts[ordinal] = 1;
      for (const ordinal of observed) if (ordinal >= 0) marks.actuals[ordinal] = 1;
    },
  };
}

/** Returns the levels of which a table has both bounds, ascending. */
function levelsOf(columns: readonly string[]): number[] {
  return columns
    .flatMap((name) => /^LO_(\d+(?:\.\d+)?)$/.exec(name)?.[1] ?? [])
    .filter((level) => columns.includes(`HI_${level}`))
    .map(Number)
    .sort((a, b) => a - b);
}

async function openLedger(
  source: Source,
  table: string,
  time: string,
  levels: readonly number[],
): Promise<Snapshot | undefined> {
  const columns = await source.columns(table);
  if (columns === undefined) return undefined;
  const names = columns.map(({ name }) => name);
  const missing = [...LEDGER.marks, time].find((name) => matchColumn(names, name) === undefined);
  if (missing !== undefined)
    throw new ManymodelError(
      "conflict",
      `${table} is not ${LEDGER.what} by ${time}; name another with monitor.ledger_table`,
    );
  const hits = levels.map((level) => `HIT_${level}`).filter((name) => names.includes(name));
  // A ledger of an earlier version has no final forecasts.
  const final = names.includes(FORECAST_FINAL) ? [FORECAST_FINAL] : [];
  return source.snapshot({
    table,
    keyColumns: ["MODEL_NAME", "MODEL_RUN", "PARTITION_KEY"],
    columns: [time, "STEP", "ACTUAL", "FORECAST", "ERROR", "SCALED_ERROR", "Z_SCORE", ...final, ...hits],
    orderBy: [time, "STEP"],
  });
}

/** Checks that at least one partition has forecasts of the version. @throws {ManymodelError} `input` naming the versions there are */
export async function checkMet(source: Source, { forecasts, seen, model, version }: WatchSources): Promise<void> {
  if (seen.forecasts.includes(1)) return;
  const keys = await source.keys(forecasts, 0, forecasts.partitions);
  const there = [...new Set(keys.map(([name, of]) => `${name} ${of}`))].slice(0, 5);
  throw new ManymodelError(
    "input",
    `${forecasts.query.table} has no forecasts of ${model} ${version}; it has those of ${there.join(", ") || "none"}. Score it with manymodel batch, or name another with --model-version`,
  );
}
