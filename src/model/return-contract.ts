import { at } from "../core/aligned.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { whyNotPlain } from "../core/columns/plain-data.ts";
import { show } from "../core/errors.ts";
import type { Cell } from "./output-columns.ts";

/** The result of a body, checked and in the form of a segment. */
export interface CheckedFit {
  readonly modelKind: string | null;
  readonly model: string;
  readonly metrics: string | null;
  readonly forecast: string | null;
  readonly info: string | null;
}

/** A body or a `predict` returned something that is not in its contract. */
export class InvalidReturn extends Error {
  override readonly name = "InvalidReturn";
}

const FIT_FIELDS = ["model", "metrics", "forecast", "info"];
const PREDICTION_FIELDS = ["mean", "levels", "lower", "upper", "columns", "note", "stopped", "orderUpTo"];

/** Checks what `fit` returned. @throws {InvalidReturn} saying what is wrong and where */
export function checkFitResult(returned: unknown): CheckedFit {
  const result = asObject(returned, "the body");
  for (const field of Object.keys(result))
    if (!FIT_FIELDS.includes(field))
      throw new InvalidReturn(
        `the body returned an unknown field ${show(field)}; it may return ${FIT_FIELDS.join(", ")}`,
      );
  const { model, metrics, forecast, info } = result;
  if (typeof model !== "object" || model === null || Array.isArray(model))
    throw new InvalidReturn(`the body must return { model } with an object of plain data; model is ${show(model)}`);
  const why = whyNotPlain(model, "model") ?? (info === undefined ? undefined : whyNotPlain(info, "info"));
  if (why !== undefined) throw new InvalidReturn(why);
  const kind = (model as { kind?: unknown }).kind;
  return {
    modelKind: typeof kind === "string" ? kind : null,
    model: JSON.stringify(model),
    metrics: metrics === undefined ? null : checkMetrics(metrics),
    forecast: forecast === undefined ? null : listText(checkNumbers(forecast, "forecast")),
    info: info === undefined ? null : JSON.stringify(info),
  };
}

/** Returns numbers as JSON has them; `Array.from` takes half the time of all of this. */
function listText(numbers: Float64Array | number[]): string {
  const list: number[] = [];
  for (const number of numbers) list.push(number);
  return JSON.stringify(list);
}

/** Checks what `update` returned: an object, and at most as many steps as it was given. @throws {InvalidReturn} */
export function checkUpdateResult(returned: unknown, newSteps: number): { model: object; steps: number } {
  const { model, steps } = asObject(returned, "update");
  if (typeof model !== "object" || model === null)
    throw new InvalidReturn(`update must return { model, steps }; model is ${show(model)}`);
  if (!Number.isSafeInteger(steps) || (steps as number) < 0 || (steps as number) > newSteps)
    throw new InvalidReturn(
      `update returned steps ${show(steps)}; it must be the number of steps that the model has moved, at most ${newSteps}`,
    );
  return { model, steps: steps as number };
}

/** The result of `predict`, checked: arrays of the asked length, levels ascending. */
export interface CheckedPrediction {
  readonly mean: Float64Array;
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
  /** The values of the definition's output columns, in the order of the declaration. */
  readonly output?: readonly (readonly Cell[])[];
  readonly note?: { readonly type: string; readonly message: string; readonly isFallback: boolean };
  /** The reason for fewer steps than were asked for. */
  readonly stopped?: { readonly type: string; readonly message: string };
  /** NaN where the model has no intervals. */
  readonly orderUpTo?: number;
}

/**
 * Checks what `predict` returned against what it was asked.
 *
 * @param output - the columns that the definition declares
 * @throws {InvalidReturn} saying what is wrong and where
 */
export function checkPrediction(
  returned: unknown,
  maxSteps: number,
  levels: readonly number[],
  output: readonly ColumnInfo[] = [],
): CheckedPrediction {
  const result = asObject(returned, "predict");
  for (const field of Object.keys(result))
    if (!PREDICTION_FIELDS.includes(field))
      throw new InvalidReturn(
        `predict returned an unknown field ${show(field)}; it may return ${PREDICTION_FIELDS.join(", ")}`,
      );
  const { mean, levels: ownLevels, lower, upper, columns, note, stopped, orderUpTo } = result;
  const horizon = stopped === undefined ? maxSteps : stepsOf(mean, maxSteps);
  if (ownLevels !== undefined || lower !== undefined || upper !== undefined) {
    const { length } = levels;
    const all = hasLength(ownLevels, length) && hasLength(lower, length) && hasLength(upper, length);
    if (!all || ownLevels.some((level, i) => level !== levels[i]))
      throw new InvalidReturn(
        `predict must return levels, lower and upper for the levels asked, [${levels.join(", ")}]; levels is ${show(ownLevels)}`,
      );
  }
  const series = (values: unknown, path: string, orNaN = false) => {
    const numbers = checkNumbers(values, path, orNaN);
    if (numbers.length !== horizon)
      throw new InvalidReturn(`predict must return ${horizon} values in ${path}; it has ${numbers.length}`);
    return numbers instanceof Float64Array ? numbers : new Float64Array(numbers);
  };
  const none = () => new Array<Float64Array>(levels.length).fill(new Float64Array(horizon).fill(NaN));
  const checked: { -readonly [Name in keyof CheckedPrediction]: CheckedPrediction[Name] } = {
    mean: series(mean, "mean"),
    lower: (lower as unknown[] | undefined)?.map((v, i) => series(v, `lower[${i}]`, true)) ?? none(),
    upper: (upper as unknown[] | undefined)?.map((v, i) => series(v, `upper[${i}]`, true)) ?? none(),
  };
  if (output.length + Object.keys(columns ?? {}).length > 0) checked.output = checkColumns(columns, horizon, output);
  if (note !== undefined) checked.note = checkNote(note, "note");
  if (stopped !== undefined) checked.stopped = checkNote(stopped, "stopped");
  if (orderUpTo !== undefined) checked.orderUpTo = at(checkNumbers([orderUpTo], "orderUpTo", true), 0);
  return checked;
}

const hasLength = (list: unknown, length: number): list is unknown[] => Array.isArray(list) && list.length === length;

/** Counts the steps of a forecast that stopped before the end. */
function stepsOf(mean: unknown, maxSteps: number): number {
  const length = (mean as { length?: unknown } | null | undefined)?.length;
  if (typeof length === "number" && length < maxSteps) return length;
  throw new InvalidReturn(
    `predict returned stopped with ${show(length)} of ${maxSteps} values in mean; leave stopped out`,
  );
}

function checkNote(note: unknown, field: string): { type: string; message: string; isFallback: boolean } {
  const { type, message, isFallback = false } = asObject(note, `predict's ${field}`);
  if (typeof type !== "string" || typeof message !== "string" || typeof isFallback !== "boolean")
    throw new InvalidReturn(`${field} is ${show(note)}; it must have a type and a message, both texts`);
  return { type, message, isFallback };
}

function checkColumns(columns: unknown, rows: number, declared: readonly ColumnInfo[]): Cell[][] {
  const returned = asObject(columns ?? {}, "predict's columns");
  const unknown = Object.keys(returned).find((name) => declared.every((column) => column.name !== name));
  if (unknown !== undefined)
    throw new InvalidReturn(
      `predict returned a column ${show(unknown)} that output does not declare; it declares ${declared.map(({ name }) => name).join(", ") || "none"}`,
    );
  return declared.map(({ name, type }) => {
    const values = returned[name];
    const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values);
    if (!isList || values.length !== rows)
      throw new InvalidReturn(`columns.${name} is ${show(values)}; it must be an array of ${rows} values`);
    return Array.from(values as ArrayLike<unknown>, (value, i) => checkCell(value, type, `columns.${name}[${i}]`));
  });
}

/** Checks a value of an output column; NaN is null. */
function checkCell(value: unknown, type: ColumnInfo["type"], path: string): Cell {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (type === "string" && typeof value === "string") return value;
  if (type === "boolean" && typeof value === "boolean") return value;
  const isNumeric = type !== "string" && type !== "boolean";
  if (isNumeric && typeof value === "number" && Number.isFinite(value)) return value;
  throw new InvalidReturn(`${path} is ${show(value)}; the column is declared as ${type}`);
}

export function asObject(returned: unknown, who: string): Record<string, unknown> {
  if (typeof returned === "object" && returned !== null && !Array.isArray(returned) && !ArrayBuffer.isView(returned))
    return returned as Record<string, unknown>;
  throw new InvalidReturn(`${who} returned ${show(returned)}; it must return an object`);
}

function checkMetrics(metrics: unknown): string {
  if (typeof metrics !== "object" || metrics === null || Array.isArray(metrics))
    throw new InvalidReturn(`metrics is ${show(metrics)}; it must be an object of numbers`);
  const numbers = metrics as { readonly [name: string]: unknown };
  for (const name of Object.keys(numbers)) {
    const value = numbers[name];
    if (value == null || (typeof value === "number" && Math.abs(value) !== Infinity)) continue;
    throw new InvalidReturn(`metrics.${name} is ${show(value)}; it must be a number, NaN or null where not available`);
  }
  // JSON has null for NaN, and leaves out what is undefined. Of an object with a form of its own the properties count.
  return JSON.stringify("toJSON" in numbers ? { ...numbers } : numbers);
}

export function checkNumbers(values: unknown, path: string, orNaN = false): Float64Array | number[] {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && "length" in values))
    throw new InvalidReturn(`${path} is ${show(values)}; it must be an array of numbers`);
  const numbers: ArrayLike<unknown> =
    values instanceof Float64Array || Array.isArray(values)
      ? values
      : Array.from(values as unknown as ArrayLike<unknown>);
  for (let i = 0; i < numbers.length; i++)
    if (typeof numbers[i] !== "number" || !(Number.isFinite(numbers[i]) || (orNaN && Number.isNaN(numbers[i]))))
      throw new InvalidReturn(`${path}[${i}] is ${show(numbers[i])}; it must be a finite number`);
  return numbers as Float64Array | number[];
}
