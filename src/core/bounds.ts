import { type ColumnInfo, matchColumn } from "./columns/column.ts";
import { ManymodelError, show } from "./errors.ts";

/** Floors and ceilings of forecasts: a number for all steps, or the column that has them. */
export interface Bounds {
  readonly lower?: number | string;
  readonly upper?: number | string;
  /** True if intervals end at whole numbers. */
  readonly isWhole: boolean;
}

/** Bounds as a run's exports state them. */
export interface BoundExports {
  readonly lower_bound?: number | string;
  readonly upper_bound?: number | string;
  readonly integer?: boolean;
}

/** The same, of the steps of one forecast; NaN where a step has none. */
export interface StepBounds {
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
  readonly isWhole: boolean;
}

/** Point forecasts with the bounds of their intervals, a list for each level. */
export interface BoundedForecast {
  readonly mean: Float64Array;
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** Returns the exports that state bounds, or undefined where there are none. */
export function boundExports(exports: unknown): BoundExports | undefined {
  if (typeof exports !== "object" || exports === null || Array.isArray(exports)) return undefined;
  const { lower_bound, upper_bound, integer } = exports as { readonly [name: string]: unknown };
  if (!isBound(lower_bound) && !isBound(upper_bound) && integer !== true) return undefined;
  return {
    ...(isBound(lower_bound) && { lower_bound }),
    ...(isBound(upper_bound) && { upper_bound }),
    ...(integer === true && { integer }),
  };
}

const isBound = (value: unknown): value is number | string => typeof value === "number" || typeof value === "string";

/** Returns the bounds that a run's exports state, or undefined where there are none. */
export function findBounds(exports: unknown): Bounds | undefined {
  const bounds = boundExports(exports);
  if (bounds === undefined) return undefined;
  const { lower_bound: lower, upper_bound: upper, integer: isWhole = false } = bounds;
  return { ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }), isWhole };
}

/** Checks that bounds leave room, and that a table has their columns, of numbers. @throws {ManymodelError} `usage`, or `input` */
export function checkBounds({ lower, upper }: Bounds, table: string, columns: readonly ColumnInfo[]): void {
  if (typeof lower === "number" && typeof upper === "number" && lower > upper)
    throw new ManymodelError(
      "usage",
      `source.lower_bound (${lower}) is above source.upper_bound (${upper}); exchange them`,
    );
  const names = columns.map(({ name }) => name);
  for (const bound of [lower, upper]) {
    if (typeof bound !== "string") continue;
    const type = columns.find(({ name }) => name === matchColumn(names, bound))?.type;
    if (type !== "number" && type !== "integer")
      throw new ManymodelError(
        "input",
        `${table} has no column of numbers ${show(bound)}, which bounds forecasts; it has ${names.join(", ")}`,
      );
  }
}

/**
 * Returns the bounds of each step of a forecast.
 *
 * @param column - the values of a column at the steps; NaN where it has none
 */
export function stepBounds(bounds: Bounds, horizon: number, column: (name: string) => Float64Array): StepBounds {
  const valuesOf = (bound: number | string) =>
    typeof bound === "number" ? new Float64Array(horizon).fill(bound) : column(bound);
  return {
    ...(bounds.lower !== undefined && { lower: valuesOf(bounds.lower) }),
    ...(bounds.upper !== undefined && { upper: valuesOf(bounds.upper) }),
    isWhole: bounds.isWhole,
  };
}

/**
 * Bounds a forecast: the point becomes max(lower, min(upper, point)), and so does each bound of an interval, which is a quantile, so
 * that the result has the quantiles of the bounded distribution. Where a floor is above a ceiling, the floor holds. With `isWhole`
 * intervals are rounded outwards first; the point never is, since 0.3 a day is not 0. NaN stays.
 */
export function boundForecast({ mean, lower, upper }: BoundedForecast, bounds: StepBounds): BoundedForecast {
  const rounded = (values: Float64Array, round: (value: number) => number) =>
    boundValues(bounds.isWhole ? values.map(round) : values, bounds);
  return {
    mean: boundValues(mean, bounds),
    lower: lower.map((values) => rounded(values, Math.floor)),
    upper: upper.map((values) => rounded(values, Math.ceil)),
  };
}

/**
 * Bounds a quantile of the sum of the first `count` steps by the sums of their bounds: max(Σ lower, min(Σ upper, value)), rounded
 * upwards with `isWhole`. A step without a bound leaves the sum without it.
 */
export function boundSum(value: number, { lower, upper, isWhole }: StepBounds, count: number): number {
  const total = (bounds: Float64Array | undefined, otherwise: number) => {
    const sum = bounds?.subarray(0, count).reduce((sum, bound) => sum + bound, 0) ?? Number.NaN;
    return Number.isNaN(sum) ? otherwise : sum;
  };
  if (Number.isNaN(value)) return value;
  const below = Math.min(total(upper, Number.POSITIVE_INFINITY), isWhole ? Math.ceil(value) : value);
  return Math.max(total(lower, Number.NEGATIVE_INFINITY), below);
}

/** Bounds point forecasts: max(lower, min(upper, value)). NaN stays, and is no bound. */
export function boundValues(values: Float64Array, { lower, upper }: StepBounds): Float64Array {
  return values.map((value, step) => {
    const [floor, ceiling] = [lower?.[step], upper?.[step]];
    const below = ceiling !== undefined && value > ceiling ? ceiling : value;
    return floor !== undefined && below < floor ? floor : below;
  });
}
