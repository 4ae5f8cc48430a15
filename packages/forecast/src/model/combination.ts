import { normalQuantile } from "../stats/distribution.ts";
import { median } from "../stats/median.ts";
import type { CombinationModel, FittedModel } from "./fitted-model.ts";
import type { AnyKind, KindsOf, ModelForecastOptions } from "./kind.ts";
import type { Forecast } from "./prediction.ts";
import { checkForecastOptions } from "./prediction.ts";

/** Rule that combines forecasts. */
export type Combining = "mean" | "median" | "inverse-error";

/** Options of a combination. */
export interface CombineOptions {
  /** For "inverse-error": a positive error of each member, such as its rolling-origin mean absolute error. */
  readonly errors?: readonly number[];
}

/**
 * Combines fitted models into a model of kind "combination", or forecasts of the same steps into a forecast.
 *
 * The point forecast is the members' mean, their median, or their mean weighted by 1 / error. A bound's distance from
 * it is √(w² + z² b²). w is the weighted mean of the members' own distances, z is the level's normal quantile, and b²
 * is the weighted variance of the members' point forecasts about the combined forecast. If members agree, the bounds
 * are the mean of their bounds: an average of quantiles, which does not assume independent errors. If members disagree,
 * the bounds are wider by the variance between members (law of total variance), which measures the uncertainty about
 * the model.
 *
 * @param members - at least one model, or at least one forecast, all of the same horizon and levels
 * @param combining - default "mean"
 * @throws {RangeError} if there is no member, the forecasts' shapes differ, or the errors are not positive numbers, one
 *   for each member
 * @see Bates & Granger (1969), doi:10.1057/jors.1969.103; Lichtendahl, Grushka-Cockayne & Winkler (2013),
 *   doi:10.1287/mnsc.1120.1667 (averaging quantiles)
 */
export function combine(
  members: readonly FittedModel[],
  combining?: Combining,
  options?: CombineOptions,
): CombinationModel;
export function combine(members: readonly Forecast[], combining?: Combining, options?: CombineOptions): Forecast;
export function combine(
  members: readonly FittedModel[] | readonly Forecast[],
  combining: Combining = "mean",
  { errors }: CombineOptions = {},
): CombinationModel | Forecast {
  if (members.length === 0) throw new RangeError("there are 0 members to combine; give at least one");
  const weights = weightsOf(members.length, combining, errors);
  const how = combining === "median" ? "median" : "mean";
  return areModels(members)
    ? { kind: "combination", formatVersion: 1, combining: how, members, weights }
    : combineForecasts(members, weights, how);
}

function areModels(members: readonly FittedModel[] | readonly Forecast[]): members is readonly FittedModel[] {
  return "kind" in members[0]!;
}

function weightsOf(count: number, combining: Combining, errors: readonly number[] | undefined): number[] {
  if (combining !== "inverse-error") return new Array<number>(count).fill(1 / count);
  if (errors?.length !== count)
    throw new RangeError(`${errors?.length ?? 0} errors for ${count} members; "inverse-error" needs one of each`);
  const bad = errors.findIndex((error) => !(error > 0 && error < Infinity));
  if (bad >= 0) throw new RangeError(`the error of member ${bad} is ${errors[bad]}; it must be positive and finite`);
  // Relative to the least, so that no reciprocal overflows.
  const least = Math.min(...errors);
  const shares = errors.map((error) => least / error);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function combineForecasts(
  members: readonly Forecast[],
  weights: readonly number[],
  combining: "mean" | "median",
): Forecast {
  const { mean: first, levels } = members[0]!;
  for (const member of members)
    if (member.mean.length !== first.length || member.levels.join() !== levels.join())
      throw new RangeError(
        `a forecast has ${member.mean.length} steps with levels ${member.levels.join(", ")}, the first ${first.length} with ${levels.join(", ")}; combine forecasts of one shape`,
      );
  const means = members.map((member) => member.mean);
  const mean = centre(means, weights, combining);
  const between = mean.map((value, j) => means.reduce((sum, m, i) => sum + weights[i]! * (m[j]! - value) ** 2, 0));
  const bounds = (side: "lower" | "upper", sign: 1 | -1) =>
    levels.map((level, l) => {
      const z = normalQuantile(0.5 + level / 200);
      return mean.map((value, j) => {
        const width = members.reduce(
          (sum, member, i) => sum + weights[i]! * Math.max(0, sign * (member[side][l]![j]! - member.mean[j]!)),
          0,
        );
        return value + sign * Math.hypot(width, z * Math.sqrt(between[j]!));
      });
    });
  return { mean, levels, lower: bounds("lower", -1), upper: bounds("upper", 1) };
}

/** Returns the weighted mean or the median at each step, of the members that have a value there; NaN where none has. */
function centre(rows: readonly Float64Array[], weights: readonly number[], combining: "mean" | "median"): Float64Array {
  return rows[0]!.map((_, j) => {
    const observed = rows
      .map((row, i) => ({ value: row[j]!, weight: weights[i]! }))
      .filter(({ value }) => value === value);
    if (observed.length === 0) return NaN;
    if (combining === "median") return median(observed.map(({ value }) => value));
    const total = observed.reduce((sum, { weight }) => sum + weight, 0);
    const combined = observed.reduce((sum, { value, weight }) => sum + (weight / total) * value, 0);
    // Rounding must not carry a mean out of its members' range.
    const values = observed.map(({ value }) => value);
    return Math.min(Math.max(combined, Math.min(...values)), Math.max(...values));
  });
}

function forecastCombination(
  model: CombinationModel,
  options: ModelForecastOptions,
  any: AnyKind["forecast"],
): Forecast {
  const { levels } = checkForecastOptions(options);
  const forecasts = model.members.map((member) => any(member, { ...options, levels }));
  const combined = combineForecasts(forecasts, model.weights, model.combining);
  const { lowest } = model;
  if (lowest === undefined) return combined;
  return { ...combined, lower: combined.lower.map((bounds) => bounds.map((bound) => Math.max(lowest, bound))) };
}

/** Methods of a combination, those that its members have; its one-step forecasts are theirs, combined. */
export const COMBINATION = {
  forecast: { combination: forecastCombination },
  fitted: {
    combination: ({ members, weights, combining }, y, options, any) =>
      centre(
        members.map((member) => any(member, y, options)),
        weights,
        combining,
      ),
  },
  update: {
    combination: (model, newY, options, any) => ({
      ...model,
      members: model.members.map((member) => any(member, newY, options)),
    }),
  },
  simulate: { combination: undefined },
  supports: { combination: ({ members }, ability, any) => members.every((member) => any(member, ability)) },
} satisfies KindsOf<CombinationModel>;
