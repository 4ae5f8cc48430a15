import { combined, fitMembers } from "../contest/best.ts";
import { type WeightModel, weightsFor } from "../contest/learn-weights.ts";
import { type LineupName, lineupOf } from "../contest/lineup.ts";
import { longWidths, widening } from "../contest/widening.ts";
import { combine } from "../model/combination.ts";
import type { CombinationModel, ConformalModel, FittedModel } from "../model/fitted-model.ts";
import { MEMBERS } from "../model/methods.ts";
import { endOfObserved, fitObserved, startOfObserved } from "../model/missing-ends.ts";
import { forecast, update } from "../model/model.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { priorWeights } from "./prior-weights.ts";
import { weightFeatures } from "./weight-features.ts";
import { BEST, WEIGHTED_MEMBERS } from "./weighted-members.ts";

/** Members of less weight are left out. */
const LEAST_WEIGHT = 0.02;
/** Fewer values have the intervals of short series (see `widening`). */
const LONG = 100;

/**
 * The members of a series, fitted and weighed by the shipped weights, with the features from which better weights can
 * be learnt.
 */
export interface WeighedSeries {
  /** A combination of the members, of kind "conformal"; for intermittent demand of kind "combination". */
  readonly model: FittedModel;
  readonly group: LineupName;
  /** The members that could be fitted, in the model's order. */
  readonly members: readonly string[];
  /** The features of `WEIGHT_FEATURES`. */
  readonly features: readonly number[];
}

/** Forecast errors of a series' members out of sample. */
export interface SeriesEvidence {
  readonly group: LineupName;
  readonly features: readonly number[];
  /** Errors of each member of the group, by step: actual value less forecast, NaN without an error. */
  readonly errors: readonly (readonly number[])[];
}

/** Evidence, and the models whose errors it has. */
export interface EvidenceWithModels extends SeriesEvidence {
  /** Of each member of the group the model fitted to the values before, at the last of them; undefined where there is none. */
  readonly models: readonly (FittedModel | undefined)[];
}

/** The period of a series. */
export interface WeighedOptions {
  /** Observations per season, an integer of at least 1. */
  readonly period: number;
  /** Observations per season of all its seasons; default `period` alone. */
  readonly periods?: readonly number[];
}

/**
 * Fits all members of a series' kind (see `WEIGHTED_MEMBERS`), and combines them by the weights that this package
 * ships. Use `reweigh` for other weights.
 *
 * Intervals are the combination's own times factors that other series needed (see `widening`, `longWidths`). For
 * intermittent demand they are the combination's own.
 *
 * @param y - observations, NaN where missing
 * @throws {RangeError} if no value is observed, one is infinite, the period is not allowed, or no member can be fitted
 */
export function weighedSeries(y: Series, { period, periods }: WeighedOptions): WeighedSeries {
  checkPeriod(period);
  let parts: Omit<WeighedSeries, "model"> | undefined;
  const model = fitObserved<FittedModel>(y, (series) => {
    const observed = checkSeries(series);
    const lineup = lineupOf(series, period, periods);
    const candidates = WEIGHTED_MEMBERS[lineup.name].filter((name) => name !== BEST);
    const members = fitMembers(series, { ...lineup, members: candidates }, MEMBERS);
    if (members.length === 0) throw new RangeError(`none of ${candidates.join(", ")} can be fitted to the series`);
    const models = members.map((member) => member.model);
    const h = Math.max(2 * period, 8);
    const features = weightFeatures(
      series,
      period,
      models.map((one) => forecast(one, { h, levels: [] }).mean),
    );
    const selected = members.filter(({ name }) => lineup.members.includes(name));
    if (selected.length > 0) members.push({ name: BEST, model: combined(selected, lineup) });
    parts = { group: lineup.name, members: members.map(({ name }) => name), features };
    const combination = combine(members.map((member) => member.model));
    const weighed: CombinationModel = { ...combination, weights: sharesOf(priorWeights(lineup.name), parts) };
    if (lineup.isDemand) return { ...weighed, lowest: 0 };
    const { levels, factors } =
      observed < LONG ? widening(observed, h, lineup.name) : longWidths(h, lineup.isSeasonKnown === true);
    const conformal: ConformalModel = {
      kind: "conformal",
      formatVersion: 1,
      model: weighed,
      form: "scaled",
      levels,
      factors: factors.map((row) => row.map((factor) => Number(factor.toPrecision(4)))),
    };
    return conformal;
  });
  if (parts === undefined) throw new RangeError("no value is observed; a model needs one");
  return { model, ...parts };
}

/**
 * Returns the errors over the last values of a series, by its members fitted to the values before.
 *
 * @param holdout - the number of last values, at least 1
 * @returns undefined if the values before allow no fit, or are of another kind than the whole series
 */
export function weightEvidence(y: Series, holdout: number, options: WeighedOptions): EvidenceWithModels | undefined {
  const values = toFloat64(y);
  const n = values.length - holdout;
  const end = endOfObserved(values.subarray(0, Math.max(0, n)));
  if (end < 1) return undefined;
  const holdoutValues = values.subarray(n);
  const whole = values.subarray(startOfObserved(values), endOfObserved(values));
  try {
    const { model, group, members, features } = weighedSeries(values.subarray(0, end), options);
    if (group !== lineupOf(whole, options.period, options.periods).name) return undefined;
    const fits = combinationOf(model).members;
    const models = WEIGHTED_MEMBERS[group].map((name) => fits[members.indexOf(name)]);
    const errors = models.map((one) => {
      const mean = one && forecast(one, { h: holdout + n - end, levels: [] }).mean.subarray(n - end);
      return Array.from(holdoutValues, (value, step) => Number((value - (mean?.[step] ?? NaN)).toPrecision(6)));
    });
    const moved = models.map((one) => one && (n > end ? update(one, values.subarray(end, n)) : one));
    return { group, features, errors, models: moved };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Returns the weights that a model of weights gives a series' members. They sum to 1, and a weight below 2 % becomes 0.
 */
export function sharesOf(
  weights: WeightModel,
  { group, members, features }: Pick<WeighedSeries, "group" | "members" | "features">,
): number[] {
  const names = WEIGHTED_MEMBERS[group];
  const all = weightsFor(
    weights,
    features,
    names.map((name) => members.includes(name)),
  );
  const shares = members.map((name) => all[names.indexOf(name)] ?? 0);
  // A member that hardly counts would still be stored, and cost its time with every forecast.
  const least = Math.min(LEAST_WEIGHT, Math.max(...shares));
  const used = shares.map((share) => (share < least ? 0 : share));
  const total = used.reduce((sum, share) => sum + share, 0);
  return used.map((share) => Number((share / total).toPrecision(6)));
}

/**
 * Returns the error of a series' combination at one step of its evidence, with the weights that a model of weights
 * gives its members.
 */
export function combinedError({ features, errors }: SeriesEvidence, weights: WeightModel, step: number): number {
  const isThere = errors.map((row) => row.some((error) => !Number.isNaN(error)));
  const shares = weightsFor(weights, features, isThere);
  return errors.reduce((sum, row, m) => (isThere[m] ? sum + (shares[m] ?? 0) * (row[step] ?? NaN) : sum), 0);
}

/**
 * Returns the model of `weighedSeries`, or a regression whose errors it models, with other weights of its members, in
 * their order. Members with a weight of 0 are left out.
 */
export function reweigh(model: FittedModel, weights: readonly number[]): FittedModel {
  if (model.kind === "regression") return { ...model, errors: reweigh(model.errors, weights) };
  if (model.kind === "conformal") return { ...model, model: reweigh(model.model, weights) };
  const { members, ...combination } = combinationOf(model);
  const isUsed = (_: unknown, m: number) => (weights[m] ?? 0) > 0;
  return { ...combination, members: members.filter(isUsed), weights: weights.filter(isUsed) };
}

/** @throws {RangeError} for a model that is no combination */
function combinationOf(model: FittedModel): CombinationModel {
  if (model.kind === "conformal") return combinationOf(model.model);
  if (model.kind === "combination") return model;
  throw new RangeError(`a model of kind ${model.kind} has no members; weigh the members of a combination`);
}
