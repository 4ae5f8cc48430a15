import { combine } from "../model/combination.ts";
import type { CombinationModel, ConformalModel, FittedModel } from "../model/fitted-model.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { forecast, update } from "../model/model.ts";
import { checkPeriod, checkSeries, type Series } from "../time/series.ts";
import { ownFactors, rollScores } from "./calibration.ts";
import { type Lineup, lineupOf } from "./lineup.ts";
import { originsOf } from "./rolling-origin.ts";
import { fitSameForm } from "./same-form.ts";
import { longWidths, type Widths, widening } from "./widening.ts";

/** The first of these that can be fitted, where no member can. */
const FALLBACKS = ["snaive", "naive"];

/** A shorter series tells too little of its own intervals to pay for fitting its beginning once more. */
const SHORTEST = 100;
/** Number of origins that a series' own intervals are measured from. */
const WINDOWS = 24;
/** Number of independent errors of the series that weigh as much as the experience of other series. */
const PRIOR_WEIGHT = 40;

/** The methods that `best` may combine, by name. */
export type MethodTable = Readonly<
  Record<string, (y: Float64Array, period: number, periods?: readonly number[]) => FittedModel>
>;

/** A method's model of a series. */
export interface Member {
  readonly name: string;
  readonly model: FittedModel;
}

/**
 * Returns the default combination of the members that suit a series (see `lineupOf`), with prediction intervals
 * calibrated out of sample. Most series get the median of automatic ARIMA, exponential smoothing, dynamic optimised
 * theta and complex exponential smoothing; the median of four is the mean of the middle two. Intermittent demand
 * (average demand interval ≥ 1.32, not counting zeros that the season explains) gets the mean of the
 * ADIDA and IMAPA methods, in which IMAPA counts three times, with their intervals.
 *
 * Intervals: the combination's own (see `combine`) times a factor for each level and step. For a series of fewer than
 * 100 values the factor is the one that other series needed (see `widening`). For a longer series the members' forms
 * are also fitted to its first three quarters and moved over the last quarter without new estimates. Their errors from
 * up to 24 origins there give the series' own factors (see `ownFactors`). The factor is a weighted mean: the series'
 * own weighs the number of its errors that do not overlap, and that of other long series (see `longWidths`) weighs 40.
 *
 * A member that cannot be fitted is left out. If none can be fitted, the result is the seasonal naive method, or else
 * the naive method. A single observation has no variance, so all bounds but the median's are NaN.
 *
 * @param y - observations, NaN where missing
 * @param options - `period`: observations per season, an integer ≥ 1; `periods`: observations per season of all
 *   seasons, default `period` alone; `methods`: the methods by name, from which you may leave some out
 * @throws {RangeError} if no value is observed, one is infinite, the period is not allowed, or nothing can be fitted
 * @see Petropoulos & Svetunkov (2020), doi:10.1016/j.ijforecast.2019.01.006 (the median of the four families)
 */
export function best(
  y: Series,
  options: { readonly period: number; readonly periods?: readonly number[]; readonly methods: MethodTable },
): FittedModel {
  const { period, periods, methods } = options;
  checkPeriod(period);
  return fitObserved(y, (series) => choose(series, lineupOf(series, period, periods), methods));
}

function choose(series: Float64Array, lineup: Lineup, methods: MethodTable): FittedModel {
  const observed = checkSeries(series);
  const { members: names, isDemand } = lineup;
  const members = fitMembers(series, lineup, methods);
  if (members.length === 0) {
    const [fallback] = fitMembers(series, { ...lineup, members: FALLBACKS }, methods, 1);
    if (fallback !== undefined) return fallback.model;
    throw new RangeError(`none of ${[...names, ...FALLBACKS].join(", ")} can be fitted to the series`);
  }
  const model = combined(members, lineup);
  if (isDemand) return { ...model, lowest: 0 };
  return calibrated(model, series, observed, lineup, (beginning) =>
    combined(fitMembers(beginning, lineup, refitting(members, methods)), lineup),
  );
}

/** Returns the members' combination, each with its share of the lineup's weights. */
export function combined(members: readonly Member[], { members: names, combining, weights }: Lineup): CombinationModel {
  const model = combine(
    members.map((member) => member.model),
    combining,
  );
  if (weights === undefined) return model;
  const shares = members.map(({ name }) => weights[names.indexOf(name)] ?? 0);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return { ...model, weights: shares.map((share) => share / total) };
}

/** Returns methods that fit the form which a member has. */
function refitting(members: readonly Member[], methods: MethodTable): MethodTable {
  return Object.fromEntries(
    members.map(({ name, model }) => [
      name,
      (y, period, periods) => fitSameForm(model, y) ?? methods[name]!(y, period, periods),
    ]),
  );
}

/**
 * Returns the methods that can be fitted to a series and forecast it, at most `most` of them: those that know
 * intervals, or all where none does, as with a single observation.
 */
export function fitMembers(
  y: Float64Array,
  { members: names, period, periods }: Pick<Lineup, "members" | "period" | "periods">,
  methods: MethodTable,
  most = names.length,
): Member[] {
  const members: Member[] = [];
  const withoutVariance: Member[] = [];
  for (const name of names) {
    const fit = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (fit === undefined || members.length === most) continue;
    try {
      const model = fit(y, period, periods);
      const { mean, lower, upper } = forecast(model, { h: period + 1 });
      if (!mean.every(Number.isFinite)) continue;
      const bounds = [...lower, ...upper];
      if (bounds.every((values) => values.every(Number.isFinite))) members.push({ name, model });
      else if (bounds.every((values) => values.every(Number.isNaN))) withoutVariance.push({ name, model });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return members.length > 0 ? members : withoutVariance.slice(0, most);
}

/**
 * Returns a combination whose intervals are as wide as other series needed, and the series itself where it is long
 * enough.
 */
function calibrated(
  model: CombinationModel,
  y: Float64Array,
  observed: number,
  { name, period, isSeasonKnown = false }: Lineup,
  fit: (beginning: Float64Array) => CombinationModel,
): ConformalModel {
  const h = Math.max(2 * period, 8);
  const conformal = ({ levels, factors }: Widths): ConformalModel => ({
    kind: "conformal",
    formatVersion: 1,
    model,
    form: "scaled",
    levels,
    factors: factors.map((row) => row.map((factor) => Number(factor.toPrecision(4)))),
  });
  const first = Math.floor((3 * y.length) / 4);
  const length = y.length - first;
  if (observed < SHORTEST || length < 2 * h) return conformal(widening(observed, h, name));
  const { levels, factors } = longWidths(h, isSeasonKnown);
  const origins = originsOf(y.length, first, h, WINDOWS, Math.max(1, Math.ceil((length - h) / (WINDOWS - 1))));
  try {
    const { scores } = rollScores(y, origins, { h, levels, form: "scaled" }, (history, origin, before) =>
      before === undefined ? fit(y.slice(0, origin)) : update(before, history),
    );
    const measuredFactors = ownFactors(scores, levels, h);
    const both = factors.map((row, l) =>
      row.map((others, j) => {
        const errors = length / (j + 1);
        const factor = measuredFactors[l]![j]!;
        return Number.isNaN(factor) ? others : (errors * factor + PRIOR_WEIGHT * others) / (errors + PRIOR_WEIGHT);
      }),
    );
    return conformal({ levels, factors: both });
  } catch (error) {
    // The beginning alone may be constant, or lack a season.
    if (error instanceof RangeError) return conformal(widening(observed, h, name));
    throw error;
  }
}
