import { checkInteger, checkOptions } from "../model/options.ts";
import { type CalendarField, calendarField, FIELD_RANGE } from "../regression/calendar.ts";
import { median } from "../stats/median.ts";
import type { Series } from "../time/series.ts";

/** Features of rows by name: numbers (NaN where missing) or categories (null where missing), all of one length. */
export type FeatureColumns = Readonly<Record<string, Series | readonly (string | null)[]>>;

/** Options for learning an encoding. */
export interface EncodingOptions {
  /** Names of features that are times, in milliseconds since 1970-01-01 UTC. */
  readonly times?: readonly string[];
  /** The replacement of a missing number: the training rows' mean (default) or median, or `none` for NaN. */
  readonly impute?: "mean" | "median" | "none";
  /** True to centre numbers and divide them by their standard deviation; default false. */
  readonly scale?: boolean;
  /**
   * True to leave out the column of each feature's first category, as regressions without a penalty need; default
   * false.
   */
  readonly dropFirst?: boolean;
  /** The most categories of a feature that get a column, the most frequent first; default 50. */
  readonly levels?: number;
}

/** A feature, and the columns that an encoding turns it into. */
export type EncodedFeature =
  | { readonly name: string; readonly kind: "number"; readonly number: NumberCode }
  | { readonly name: string; readonly kind: "category"; readonly levels: readonly (string | null)[] }
  | {
      readonly name: string;
      readonly kind: "time";
      /** Of days since 1970. */
      readonly number: NumberCode;
      /** Values that the training rows have, of the fields that vary there. */
      readonly fields: Readonly<Partial<Record<CalendarField, readonly number[]>>>;
    };

interface NumberCode {
  /** In place of a missing number; null for NaN. */
  readonly missing: number | null;
  readonly centre: number;
  readonly scale: number;
}

/** An encoding of features as columns of numbers, learnt from training rows; plain data, to store with a model. */
export interface Encoding {
  readonly kind: "encoding";
  readonly formatVersion: 1;
  readonly features: readonly EncodedFeature[];
}

const DAY = 86_400_000;
const FIELDS = ["month", "dayOfWeek"] as const satisfies readonly CalendarField[];

/**
 * Learns from training rows alone how features become columns of numbers. Missing numbers are replaced. Each category
 * becomes a column of 0 and 1 (one-hot). Times become days since 1970, months and days of the week.
 *
 * @throws {RangeError} if lengths differ, a feature has no values, a number is infinite, two columns get the same name,
 *   or `times` names a feature that is absent or holds text
 */
export function encoding(columns: FeatureColumns, options: EncodingOptions = {}): Encoding {
  checkOptions("encoding", options, { times: true, impute: true, scale: true, dropFirst: true, levels: true });
  const { times = [], impute = "mean", scale = false, dropFirst = false, levels = 50 } = options;
  checkInteger("levels", levels, 1);
  const first = dropFirst ? 1 : 0;
  if (!["mean", "median", "none"].includes(impute))
    throw new RangeError(`impute is ${JSON.stringify(impute)}; it must be "mean", "median" or "none"`);
  const unknown = times.find((name) => !Object.hasOwn(columns, name));
  if (unknown !== undefined)
    throw new RangeError(`times names ${JSON.stringify(unknown)}; the columns are ${Object.keys(columns).join(", ")}`);
  const length = Object.values(columns)[0]?.length ?? 0;
  const features = Object.entries(columns).map(([name, values]): EncodedFeature => {
    if (values.length !== length)
      throw new RangeError(`feature ${name} has ${values.length} values; there must be ${length}`);
    if (isText(values)) {
      if (times.includes(name)) throw new RangeError(`feature ${name} holds text; times are milliseconds`);
      return { name, kind: "category", levels: levelsOf(values, levels, name).slice(first) };
    }
    if (!times.includes(name)) return { name, kind: "number", number: numberCode(values, name) };
    const fields: Partial<Record<CalendarField, number[]>> = {};
    for (const field of FIELDS) {
      const present = new Set(Array.from(values, (time) => fieldAt(field, time)));
      const [low, high] = FIELD_RANGE[field];
      const occurring = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((value) => present.has(value));
      if (occurring.length > 1) fields[field] = occurring.slice(first);
    }
    return { name, kind: "time", number: numberCode(daysOf(values), name), fields };
  });
  const result: Encoding = { kind: "encoding", formatVersion: 1, features };
  const names = features.flatMap(namesOf);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`two columns are called ${JSON.stringify(twice)}; rename a feature`);
  return result;

  function numberCode(values: Series, name: string): NumberCode {
    const levels: number[] = [];
    for (let t = 0; t < values.length; t++) {
      const value = values[t]!;
      if (Math.abs(value) === Infinity)
        throw new RangeError(`feature ${name} is ${value} at position ${t}; it must be finite, NaN where missing`);
      if (!Number.isNaN(value)) levels.push(value);
    }
    if (levels.length === 0) throw new RangeError(`feature ${name} has no values; leave it out`);
    const mean = levels.reduce((sum, value) => sum + value, 0) / levels.length;
    const missing = impute === "none" ? null : impute === "mean" ? mean : median(levels);
    if (!scale) return { missing, centre: 0, scale: 1 };
    const spread = Math.sqrt(levels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / levels.length);
    return { missing, centre: mean, scale: spread > 0 ? spread : 1 };
  }
}

/**
 * Encodes rows. A category that is absent from the training rows, or not among the most frequent, is 0 in all columns
 * of its feature.
 *
 * @param columns - the features of the encoding (others are ignored), all of one length
 * @returns a column of numbers for each number, category, and value of a field of times
 * @throws {RangeError} if a feature is not there, has another length, or is of another kind
 */
export function encode({ features }: Encoding, columns: FeatureColumns): Record<string, Float64Array> {
  const length = Object.values(columns)[0]?.length ?? 0;
  const result: Record<string, Float64Array> = {};
  for (const feature of features) {
    const { name, kind } = feature;
    const values = Object.hasOwn(columns, name) ? columns[name]! : undefined;
    if (values === undefined)
      throw new RangeError(
        `the encoding needs feature ${JSON.stringify(name)}; the columns are ${Object.keys(columns).join(", ")}`,
      );
    if (values.length !== length)
      throw new RangeError(`feature ${name} has ${values.length} values; there must be ${length}`);
    if (isText(values)) {
      if (kind !== "category") throw new RangeError(`feature ${name} holds text; it must be a ${kind}`);
      for (const level of feature.levels)
        result[levelName(name, level)] = Float64Array.from(values, (value) => (value === level ? 1 : 0));
      continue;
    }
    if (kind === "category") throw new RangeError(`feature ${name} holds numbers; it must be a category`);
    const { missing, centre, scale } = feature.number;
    result[name] = Float64Array.from(
      kind === "time" ? daysOf(values) : values,
      (value) => ((Number.isNaN(value) ? (missing ?? NaN) : value) - centre) / scale,
    );
    if (kind === "number") continue;
    for (const [field, levels] of fieldsOf(feature)) {
      const fields = Array.from(values, (time) => fieldAt(field, time));
      for (const value of levels)
        result[`${name} ${field}=${value}`] = Float64Array.from(fields, (other) => (other === value ? 1 : 0));
    }
  }
  return result;
}

/** Returns the columns that an encoding makes, each with its feature. */
export function encodedFeatures({ features }: Encoding): Map<string, string> {
  return new Map(features.flatMap((feature) => namesOf(feature).map((name) => [name, feature.name] as const)));
}

function namesOf(feature: EncodedFeature): string[] {
  const { name, kind } = feature;
  if (kind === "number") return [name];
  if (kind === "category") return feature.levels.map((level) => levelName(name, level));
  return [name, ...fieldsOf(feature).flatMap(([field, levels]) => levels.map((value) => `${name} ${field}=${value}`))];
}

const levelName = (name: string, level: string | null) => (level === null ? `${name} missing` : `${name}=${level}`);

function fieldsOf({ fields }: Extract<EncodedFeature, { kind: "time" }>) {
  return FIELDS.map((field) => [field, fields[field] ?? []] as const);
}

/** Returns the naN where the time is missing. */
const fieldAt = (field: CalendarField, time: number) => (Number.isNaN(time) ? NaN : calendarField(field, time));

const daysOf = (times: Series) => Float64Array.from(times, (time) => time / DAY);

function isText(values: Series | readonly (string | null)[]): values is readonly (string | null)[] {
  return Array.isArray(values) && values.some((value) => value === null || typeof value === "string");
}

/**
 * Returns the most frequent categories, in the order of their texts; of equally frequent ones the first by text.
 * Missing is one.
 */
function levelsOf(values: readonly (string | null)[], most: number, name: string): (string | null)[] {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const byText = (a: string | null, b: string | null) =>
    a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
  if (counts.size === 1 && counts.has(null)) throw new RangeError(`feature ${name} has no values; leave it out`);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || byText(a, b))
    .slice(0, most)
    .map(([level]) => level)
    .sort(byText);
}
