import { METHODS, type Method } from "../model/methods.ts";
import { checkOptions, type OptionNames } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import {
  type Candidate,
  type CrossValidation,
  leastTraining,
  type RollingOriginOptions,
  rollOrigins,
} from "./rolling-origin.ts";

/** The options of `crossValidate`. */
const NAMES: OptionNames<RollingOriginOptions> = {
  period: true,
  h: true,
  windows: true,
  step: true,
  levels: true,
  xreg: true,
  bound: true,
  now: true,
};

/** Returns candidates with their fits: a word stands for the method of that name. @throws {RangeError} naming the bad one */
export function candidatesOf(entries: readonly (Method | Candidate)[]): Candidate[] {
  const candidates = entries.map((candidate) => {
    if (typeof candidate !== "string") return candidate;
    if (Object.hasOwn(METHODS, candidate)) {
      const fit = METHODS[candidate];
      return { name: candidate, fit: (y: Float64Array, period: number) => fit(y, period) };
    }
    throw new RangeError(
      `method ${JSON.stringify(candidate)} is not known; the methods are ${Object.keys(METHODS).join(", ")}`,
    );
  });
  const names = new Set<string>();
  for (const { name } of candidates) {
    if (names.has(name)) throw new RangeError(`two candidates have the name ${JSON.stringify(name)}; rename one`);
    names.add(name);
  }
  if (candidates.length === 0) throw new RangeError("there are 0 candidates; give at least one");
  return candidates;
}

/**
 * Runs rolling-origin evaluation (time series cross-validation): every candidate is fitted to the observations before
 * each origin, and its forecasts of the next h steps are measured. A candidate that throws, or whose forecast is not
 * finite, has a failure in that window; the others continue.
 *
 * @param y - observations, NaN where missing; a missing value has no error
 * @param candidates - methods by name, or named fits
 * @throws {RangeError} if the series is too short for one origin, or an option, a name or a value is not allowed
 * @see Tashman (2000), doi:10.1016/S0169-2070(00)00065-0
 */
export function crossValidate(
  y: Series,
  candidates: readonly (Method | Candidate)[],
  options: RollingOriginOptions = {},
): CrossValidation {
  checkOptions("crossValidate", options, NAMES);
  const results = rollOrigins(y, candidatesOf(candidates), options);
  if (results.origins.length === 0)
    throw new RangeError(
      `the series has ${y.length} values; one origin needs ${leastTraining(results.period) + results.h} (h = ${results.h}, period ${results.period}): use a smaller h`,
    );
  return results;
}
