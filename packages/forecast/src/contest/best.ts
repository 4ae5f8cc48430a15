import { isIntermittent } from "../intermittent/demand-pattern.ts";
import { combine } from "../model/combination.ts";
import type { CombinationModel, ConformalModel, FittedModel } from "../model/fitted-model.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { forecast, update } from "../model/model.ts";
import { checkPeriod, checkSeries, type Series } from "../time/series.ts";
import { factorsOf, rollScores } from "./calibration.ts";
import { originsOf } from "./rolling-origin.ts";
import { widening } from "./widening.ts";

/** The members of the combination, where the demand is not intermittent and where it is. */
const CONTINUOUS = ["auto-arima", "ets", "dynamic-theta", "theta"];
const INTERMITTENT = ["sba", "tsb", "imapa"];
/** The first of these that can be fitted, where no member can. */
const FALLBACKS = ["snaive", "naive"];

/** A shorter series tells too little of its own intervals to pay for fitting its beginning once more. */
const SHORTEST = 100;
/** How many origins a series' own intervals are measured from. */
const WINDOWS = 24;
/** How many independent errors of the series itself weigh as much as what other series have shown. */
const PRIOR_WEIGHT = 10;

/** The methods that `best` may combine, by name. */
export type MethodTable = Readonly<Record<string, (y: Float64Array, period: number) => FittedModel>>;

/**
 * The default combination: the median of automatic ARIMA, exponential smoothing, dynamic optimised theta and theta (of
 * four: the mean of the two in the middle), with prediction intervals calibrated out of sample. Intermittent demand
 * (average demand interval ≥ 1.32, zeros that the season explains left aside) gets the mean of the Syntetos–Boylan,
 * Teunter–Syntetos–Babai and IMAPA methods, with their intervals.
 *
 * Intervals: the combination's own (see `combine`) times a factor for each level and step. For a series of fewer than
 * 100 values the factor is what other series needed (see `widening`). For a longer one the members are fitted to its
 * first three quarters also, moved over the rest without estimating anything again, and their errors from up to 24
 * origins there give conformal factors (see `conformal`); the factor is their mean and the other series', weighing as
 * many errors as do not overlap, and 10.
 *
 * A member that cannot be fitted is left out; where none can, it is the seasonal naive method, or the naive one. Of a
 * single observation, which tells no variance, bounds are NaN but for the median's.
 *
 * @param y - observations, NaN where missing
 * @param options - `period`: observations per season, an integer ≥ 1; `methods`: the methods by name, without those that are
 *   to be left out
 * @throws {RangeError} if no value is observed, one is infinite, the period is not allowed, or nothing can be fitted
 * @see Petropoulos & Svetunkov (2020), doi:10.1016/j.ijforecast.2019.01.006 (the median of four such families, with
 *   complex exponential smoothing where this has theta)
 */
export function best(
  y: Series,
  { period, methods }: { readonly period: number; readonly methods: MethodTable },
): FittedModel {
  checkPeriod(period);
  return fitObserved(y, (series) => choose(series, period, methods));
}

function choose(series: Float64Array, period: number, methods: MethodTable): FittedModel {
  const observed = checkSeries(series);
  if (isIntermittent(series, period)) {
    const members = fitMembers(series, period, methods, INTERMITTENT);
    if (members.length > 0) return combine(members);
  }
  const members = fitMembers(series, period, methods, CONTINUOUS);
  if (members.length === 0) {
    const [fallback] = fitMembers(series, period, methods, FALLBACKS, 1);
    if (fallback !== undefined) return fallback;
    throw new RangeError(`none of ${[...CONTINUOUS, ...FALLBACKS].join(", ")} can be fitted to the series`);
  }
  const model = combine(members, "median");
  return calibrated(model, series, observed, period, (beginning) =>
    combine(fitMembers(beginning, period, methods, CONTINUOUS), "median"),
  );
}

/**
 * The methods that can be fitted to a series and forecast it, at most `most` of them: those that know intervals, or all
 * where none does, as with a single observation.
 */
function fitMembers(
  y: Float64Array,
  period: number,
  methods: MethodTable,
  names: readonly string[],
  most = names.length,
): FittedModel[] {
  const members: FittedModel[] = [];
  const withoutVariance: FittedModel[] = [];
  for (const name of names) {
    const fit = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (fit === undefined || members.length === most) continue;
    try {
      const model = fit(y, period);
      const { mean, lower, upper } = forecast(model, { h: period + 1 });
      if (!mean.every(Number.isFinite)) continue;
      const bounds = [...lower, ...upper];
      if (bounds.every((values) => values.every(Number.isFinite))) members.push(model);
      else if (bounds.every((values) => values.every(Number.isNaN))) withoutVariance.push(model);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return members.length > 0 ? members : withoutVariance.slice(0, most);
}

/** A combination whose intervals are as wide as other series needed, and the series itself where it is long enough. */
function calibrated(
  model: CombinationModel,
  y: Float64Array,
  observed: number,
  period: number,
  fit: (beginning: Float64Array) => CombinationModel,
): ConformalModel {
  const h = Math.max(2 * period, 8);
  const { levels, factors: others } = widening(observed, h);
  const conformal = (factors: readonly (readonly number[])[]): ConformalModel => ({
    kind: "conformal",
    formatVersion: 1,
    model,
    form: "scaled",
    levels,
    factors: factors.map((row) => row.map((factor) => Number(factor.toPrecision(4)))),
  });
  const first = Math.floor((3 * y.length) / 4);
  const length = y.length - first;
  if (observed < SHORTEST || length < 2 * h) return conformal(others);
  const origins = originsOf(y.length, first, h, WINDOWS, Math.max(1, Math.ceil((length - h) / (WINDOWS - 1))));
  try {
    const { scores } = rollScores(y, origins, { h, levels, form: "scaled" }, (seen, origin, before) =>
      before === undefined ? fit(y.slice(0, origin)) : update(before, seen),
    );
    const own = factorsOf(scores, levels, h, "scaled");
    return conformal(
      others.map((row, l) =>
        row.map((prior, j) => {
          const weight = length / (j + 1);
          return (weight * own[l]![j]! + PRIOR_WEIGHT * prior) / (weight + PRIOR_WEIGHT);
        }),
      ),
    );
  } catch (error) {
    // The beginning alone may be constant, or lack a season.
    if (error instanceof RangeError) return conformal(others);
    throw error;
  }
}
