import type { PartitionOutcome } from "../core/artifact.ts";
import { findBounds } from "../core/bounds.ts";
import { type ColumnBatch, getColumn } from "../core/columns/column.ts";
import type { RowRange } from "../core/columns/row-range.ts";
import { messageOf } from "../core/errors.ts";
import { decodeKey, showKey } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { boundSeries } from "../model/bounded-series.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { type Frame, frame } from "../model/frame.ts";
import { keyArgument } from "../model/key-argument.ts";
import { periodOf, type SeriesPeriod } from "../model/period-rule.ts";
import { findTarget, observedRows } from "../model/planned-rows.ts";
import { checkFitResult, InvalidReturn } from "../model/return-contract.ts";
import { trainingAxis } from "../model/series-axis.ts";
import type { DecidePeriod } from "../model/series-period.ts";
import { readSeriesTimes } from "./series-times.ts";
import { sha256Of } from "./sha256.ts";

/** The parts of a manifest that decide the arguments of `fit`. */
export type TrainingPlan = Pick<RunManifest, "snapshot" | "keyArg" | "exports" | "seed">;

/** A partition's rows, and its key and position in the plan. */
export interface PlacedPartition extends RowRange {
  readonly position: number;
  readonly partitionKey: string;
}

/** A partition's row, filled in step by step: copying this many fields at every step costs more than a cheap fit. */
export type GrowingOutcome = { -readonly [Field in keyof PartitionOutcome]: PartitionOutcome[Field] };

/** A partition before it is fitted. Without a context there is nothing to fit, and the row says why. */
export interface PreparedPartition {
  readonly row: GrowingOutcome;
  readonly context: Parameters<AnyModelDefinition["fit"]>[0] | undefined;
  /** The period of the series, where the exports do not state it as a number. */
  readonly season?: SeriesPeriod | undefined;
}

/**
 * Looks at a partition's rows, and makes what `fit` receives: of a series the rows up to its last observation, since those
 * after it are planned (see `observedRows`). A period that exports state as a rule becomes that of the series: `period`, and
 * `periods` of all its seasons.
 */
export function preparePartition(
  plan: TrainingPlan,
  { position, partitionKey, batch, start, end: endOfRows, refused }: PlacedPartition,
  attempt: number,
  { scores }: Pick<AnyModelDefinition, "scores"> = {},
  decide: DecidePeriod = () => undefined,
): PreparedPartition {
  const { snapshot } = plan;
  const seed = partitionSeed(plan.seed, partitionKey);
  const row: GrowingOutcome = failedOutcome({ position, partitionKey, seed, attempt }, "no-data", "");
  if (start === endOfRows) {
    const key = showKey(snapshot.keyColumns, row.key);
    row.errorMessage =
      refused === undefined ? `${snapshot.query.table} has no rows with ${key}` : `cannot train ${key}: ${refused}`;
    return { row, context: undefined };
  }
  row.dataSha256 = dataHash(batch, start, endOfRows);
  const rows = frame(batch, start, endOfRows);
  row.nObs = scores === "rows" ? rows.length : seriesLength(plan, rows);
  const time = readSeriesTimes(snapshot, rows, row.nObs);
  if (time !== undefined && "errorType" in time) return { row: Object.assign(row, time), context: undefined };
  if (time !== undefined) {
    row.firstTs = time.found.firstTs;
    row.lastTs = time.found.lastTs;
    row.interval = time.found.interval;
  }
  const data = frame(batch, start, start + row.nObs, time?.grid, time?.found.interval);
  const argument = keyArgument(snapshot.keyColumns, row.key);
  const season = decide(plan.exports, data);
  const exports = season === undefined ? plan.exports : Object.freeze({ ...(plan.exports as object), ...season });
  const isTimed = time !== undefined && snapshot.timeColumn !== null;
  const axis = trainingAxis(data, rows, isTimed ? snapshot.timeColumn : null);
  const context = { [plan.keyArg]: argument, data, axis, exports, seed };
  return { row, season, context: context as Parameters<AnyModelDefinition["fit"]>[0] };
}

/** Returns how many of a partition's rows are of its series. */
function seriesLength({ snapshot, exports }: TrainingPlan, data: Frame): number {
  if (snapshot.timeColumn === null) return data.length;
  // Where nothing was observed the rows stay: the fit says what is missing.
  return observedRows(data, findTarget(exports, data.columns)) || data.length;
}

/**
 * Takes what `fit` returned into the row, its forecast bounded, and the period that was decided for the series into its info, if
 * that has keys.
 *
 * @throws {InvalidReturn} if it is not in the contract
 */
export function takeFit(
  row: GrowingOutcome,
  returned: unknown,
  { data, exports }: Pick<NonNullable<PreparedPartition["context"]>, "data" | "exports">,
  season?: SeriesPeriod,
): void {
  const { modelKind, model, metrics, forecast, info } = checkFitResult(returned);
  row.modelKind = modelKind;
  row.model = model;
  row.metrics = metrics;
  row.info = info;
  row.forecast = forecast === null || findBounds(exports) === undefined ? forecast : boundText(forecast, data, exports);
  if (season !== undefined && (row.info === null || row.info.startsWith("{")))
    row.info = JSON.stringify({ ...JSON.parse(row.info ?? "{}"), period: periodOf(season) });
  row.outcome = "succeeded";
  row.errorType = null;
  row.errorMessage = null;
}

/** Bounds a forecast of the steps after a series, as a row has it. */
function boundText(forecast: string, data: Frame, exports: unknown): string {
  return JSON.stringify(Array.from(boundSeries(Float64Array.from(JSON.parse(forecast)), data, exports)));
}

/** Takes what `fit` threw, or what is wrong with what it returned, into the row. */
export function takeFailure(row: GrowingOutcome, error: unknown): void {
  row.errorType = error instanceof InvalidReturn ? "invalid-return" : "fit-error";
  row.errorMessage = messageOf(error);
}

/** Takes what a fit threw after it had returned into the row, in place of what it returned. */
export function takeLateFailure(row: GrowingOutcome, error: unknown): void {
  Object.assign(row, { outcome: "failed", modelKind: null, model: null, metrics: null, forecast: null, info: null });
  row.errorType = "fit-error";
  row.errorMessage = `${messageOf(error)} (thrown after fit had returned, by a timer or a rejection without a handler)`;
}

/** Returns the row of a partition that has no model. */
export function failedOutcome(
  { position, partitionKey, seed, attempt }: Pick<PartitionOutcome, "position" | "partitionKey" | "seed" | "attempt">,
  errorType: NonNullable<PartitionOutcome["errorType"]>,
  errorMessage: string,
): PartitionOutcome {
  return {
    position,
    key: decodeKey(partitionKey).key,
    partitionKey,
    outcome: "failed",
    modelKind: null,
    model: null,
    metrics: null,
    forecast: null,
    info: null,
    nObs: 0,
    firstTs: null,
    lastTs: null,
    interval: null,
    fitMs: 0,
    seed,
    dataSha256: null,
    errorType,
    errorMessage,
    log: null,
    attempt,
  };
}

/** Returns the hash of a partition's data: equal data give equal hashes, whatever chunk it was read in. */
export function dataHash(batch: ColumnBatch, start: number, end: number): string {
  const parts: (string | Uint8Array)[] = [];
  for (const name of Object.keys(batch.columns)) {
    const column = getColumn(batch, name);
    const head = `${name}\0${column.type}\0`;
    if (column.type === "string" || column.type === "integer") parts.push(head + textOf(column.values, start, end));
    else {
      const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = column.values;
      parts.push(head, new Uint8Array(buffer, byteOffset + start * size, (end - start) * size));
    }
  }
  return sha256Of(...parts);
}

/** Returns rows of a column as a list of texts in JSON. A key's column has the same value in all of them: it is encoded once. */
function textOf(values: readonly unknown[], start: number, end: number): string {
  const first = values[start];
  let row = start + 1;
  while (row < end && values[row] === first) row++;
  if (row < end) return JSON.stringify(values.slice(start, end).map(String));
  if (start === end) return "[]";
  const text = JSON.stringify(String(first));
  return `[${`${text},`.repeat(end - start - 1)}${text}]`;
}
