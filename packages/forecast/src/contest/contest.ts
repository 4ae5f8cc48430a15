import { type Regressors, withoutGaps } from "../arima/regressors.ts";
import { isIntermittent } from "../intermittent/demand-pattern.ts";
import type { Accuracy } from "../measures/accuracy.ts";
import type { FittedModel } from "../model/fitted-model.ts";
import { METHODS, type Method } from "../model/methods.ts";
import { rowsOf } from "../model/missing-ends.ts";
import { forecast } from "../model/model.ts";
import { checkOptions, type OptionNames } from "../model/options.ts";
import { mayHaveHarmonics } from "../tbats/screen.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { candidatesOf } from "./cross-validate.ts";
import {
  type Candidate,
  defaultHorizon,
  leastTraining,
  meanScores,
  type RollingOriginOptions,
  rollOrigins,
  type Trial,
  type Window,
} from "./rolling-origin.ts";

/** The options of `contest`. */
const NAMES: OptionNames<ContestOptions> = {
  period: true,
  h: true,
  windows: true,
  step: true,
  levels: true,
  bound: true,
  now: true,
  candidates: true,
  metric: true,
  guard: true,
  tie: true,
  xreg: true,
};

/** Measure that ranks candidates. Less is better; for the mean error (`me`), a smaller distance from zero. */
export type Metric = keyof Accuracy | "pinball";

/** Options of a contest. */
export interface ContestOptions extends RollingOriginOptions {
  /** Methods by name, or named fits; the default depends on the demand (see `contest`). */
  readonly candidates?: readonly (Method | Candidate)[];
  /** Measure that ranks candidates; default "mase", for intermittent series "rmse". */
  readonly metric?: Metric;
  /** Candidate that always takes part, and that the winner must not be worse than; default "snaive". */
  readonly guard?: Method | Candidate;
  /** Scores at most this share above the least score tie with it; default 0. The cheapest of the tied methods wins. */
  readonly tie?: number;
}

/** A candidate's place in the ranking, with its results. */
export interface Ranked extends Trial {
  /** The mean of the metric over the windows; NaN where the candidate failed in a window. */
  readonly score: number;
}

/** The candidate that the windows before an origin choose, and its result from that origin. */
export interface Choice {
  readonly name: string;
  readonly window: Window;
}

/** Result of a contest: the winner, the reason, and the results of the others. */
export interface ContestResult {
  /** The winner, fitted to the whole series. */
  readonly model: FittedModel;
  readonly name: string;
  /** One sentence. */
  readonly reason: string;
  /** Measure that ranked the candidates. */
  readonly metric: Metric;
  /** The candidates, the best first, those without a score last. Empty if the series is too short for a window. */
  readonly ranking: readonly Ranked[];
  /**
   * The contest as it would end at each origin, by the windows before that origin. No window chooses what it measures,
   * so these are errors to expect, whereas the winner's score is low because it was chosen for being low. Empty with a
   * single window.
   *
   * @see Dawid (1984), doi:10.2307/2981683 (forecasts judged by the information available when they were made)
   */
  readonly choices: readonly Choice[];
}

/** Methods by the CPU time of a fit, the least first (docs/accuracy.md). */
const CHEAPEST: readonly string[] = [
  ...["naive", "snaive", "drift", "mean", "croston", "sba", "tsb", "theta", "dynamic-theta", "adida", "imapa"],
  ...["linear", "holt-winters", "stlf", "ces", "ets", "auto-arima", "bats", "tbats", "best"],
];

/** The candidates of a series with demand in most steps. */
const CONTINUOUS = ["best", "auto-arima", "ets", "theta", "dynamic-theta", "ces", "holt-winters", "drift", "mean"];
/** The candidates of an intermittent series. */
const INTERMITTENT = ["croston", "sba", "tsb", "adida", "imapa", "mean", "naive"];

/**
 * Returns the names of the methods that suit a series: the methods for intermittent demand if its average demand
 * interval is 1.32 or more, not counting zeros that the season explains; otherwise all others, with tbats if the series
 * is long and harmonics of the period explain a part of it.
 *
 * @param period - observations per season, an integer of at least 1
 * @throws {RangeError} if the period is not allowed
 */
export function suitableMethods(y: Series, period = 1): Method[] {
  checkPeriod(period);
  const series = toFloat64(y);
  const seasonal = () => (mayHaveHarmonics(series, period) ? ["tbats"] : []);
  const names = isIntermittent(series, period) ? INTERMITTENT : [...CONTINUOUS, ...seasonal()];
  return names.filter((name): name is Method => Object.hasOwn(METHODS, name));
}

/**
 * Chooses a method for a series by its errors from rolling origins, and fits it to the whole series. The guard takes
 * part, so the winner's score is at most the guard's plus the share that ties. Ties go to the guard, then to the
 * cheaper method, then to the first by name, so the order of the candidates does not matter. A candidate that fails in
 * a window has no score. If the winner cannot be fitted to the whole series, the next in the ranking wins.
 *
 * Default candidates depend on the demand. Demand is intermittent if no value is negative and the average demand
 * interval is at least 1.32, not counting zeros that the season explains. Candidates are then croston, sba, tsb, adida,
 * imapa, mean and naive, ranked by RMSE, because an absolute error would favour the median of the demand, which is
 * often 0. For any other series they are best, auto-arima, ets, theta, dynamic-theta, ces, holt-winters, drift and
 * mean. tbats joins them from 60 values on if harmonics of the period explain a part of the series.
 *
 * Short series: h shrinks until an origin has two seasons and two observations. If that leaves no step, there is no
 * ranking, and the winner is the first that can be fitted of the default combination (`best`), the guard and the naive
 * method. If the metric is not defined (a constant series has no MASE), MAE ranks the candidates.
 *
 * @param y - observations, NaN where missing
 * @throws {RangeError} if nothing can be fitted, or an option, a name or a value is not allowed
 * @see Tashman (2000), doi:10.1016/S0169-2070(00)00065-0; Syntetos, Boylan & Croston (2005),
 *   doi:10.1057/palgrave.jors.2601841
 */
export function contest(y: Series, options: ContestOptions = {}): ContestResult {
  checkOptions("contest", options, NAMES);
  checkSeries(toFloat64(y));
  const { period = 1, tie = 0 } = options;
  if (!(tie >= 0)) throw new RangeError(`tie is ${tie}; it must be a share of at least 0`);
  const { series, columns } = withoutGaps(toFloat64(y), options.xreg ?? {});
  const xreg = options.xreg && columns;
  const [guard] = candidatesOf([options.guard ?? "snaive"]) as [Candidate];
  const others = candidatesOf(options.candidates ?? suitableMethods(series, period));
  const candidates = others.some(({ name }) => name === guard.name) ? others : [...others, guard];
  const horizon = options.h ?? defaultHorizon(series.length, period);
  if (!(horizon >= 1)) throw new RangeError(`h is ${horizon}; it must be an integer of at least 1`);
  const h = Math.min(horizon, series.length - leastTraining(period));
  const preference = options.metric ?? (isIntermittent(series, period) ? "rmse" : "mase");
  if (h < 1) {
    const reason = `${series.length} values leave no window to compare in`;
    const fallbacks = [...candidatesOf(["best"]), guard, ...candidatesOf(["naive"])];
    const won = fitFirst(fallbacks, { y: series, period, h: horizon, xreg }, reason);
    return { ...won, metric: preference, ranking: [], choices: [] };
  }
  const { trials, origins } = rollOrigins(series, candidates, { ...options, h, xreg });
  const metric = trials.some((trial) => !Number.isNaN(scoreOf(trial, preference))) ? preference : "mae";
  const rule = { metric, tie, guard: guard.name };
  const ranking = ranked(trials, rule);
  const scored = ranking.filter(({ score }) => !Number.isNaN(score));
  const unscored = ranking.filter(({ score }) => Number.isNaN(score));
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const windows = `${origins.length} window${origins.length === 1 ? "" : "s"} of ${h} step${h === 1 ? "" : "s"}`;
  const guardScore = ranking.find(({ name }) => name === guard.name)?.score ?? NaN;
  const won = fitFirst(
    [...scored, ...unscored].flatMap(({ name }) => byName.get(name) ?? []),
    { y: series, period, h, xreg },
    `least ${metric} over ${windows}`,
  );
  const score = ranking.find(({ name }) => name === won.name)?.score ?? NaN;
  const reason = Number.isNaN(score)
    ? `no candidate could be scored over ${windows}; the first that can be fitted`
    : `${won.reason}: ${score.toPrecision(4)}; the guard ${guard.name} has ${Number.isNaN(guardScore) ? "none" : guardScore.toPrecision(4)}`;
  const choices = origins.flatMap((origin) => choiceAt(origin, trials, rule, h) ?? []);
  return { ...won, reason, metric, ranking, choices };
}

/** The rule by which candidates are ranked. */
interface Rule {
  readonly metric: Metric;
  readonly tie: number;
  readonly guard: string;
}

/** Returns a candidate's score by a metric, of which less is better. */
function scoreOf({ accuracy, pinball }: Pick<Trial, "accuracy" | "pinball">, metric: Metric): number {
  if (metric === "pinball") return pinball;
  return metric === "me" ? Math.abs(accuracy.me) : accuracy[metric];
}

/** Returns candidates with their scores: those that tie with the least first, by their cost, then the others by score. */
function ranked(trials: readonly Trial[], { metric, tie, guard }: Rule): Ranked[] {
  const scored = trials.map(
    (trial): Ranked => ({ ...trial, score: trial.failures.length > 0 ? NaN : scoreOf(trial, metric) }),
  );
  const least = scored.reduce((least, { score }) => (score < least ? score : least), Infinity);
  const place = ({ score }: Ranked) =>
    Number.isNaN(score) ? Number.MAX_VALUE : score <= least * (1 + tie) ? least : score;
  return scored.sort((a, b) => place(a) - place(b) || order(a.name, b.name, guard));
}

/** Orders names: the guard first, then the cheaper method, then by name. */
function order(a: string, b: string, guard: string): number {
  if (a === guard || b === guard) return a === guard ? -1 : 1;
  const cost = (name: string) => (CHEAPEST.includes(name) ? CHEAPEST.indexOf(name) : CHEAPEST.length);
  return cost(a) - cost(b) || (a < b ? -1 : 1);
}

/**
 * Returns the best of the candidates that forecast from an origin, by the windows of h steps that were over by then;
 * undefined before the first.
 */
function choiceAt(origin: number, trials: readonly Trial[], rule: Rule, h: number): Choice | undefined {
  const isOver = (window: { readonly origin: number }) => window.origin + h <= origin;
  const before = trials.map((trial): Trial => {
    const windows = trial.windows.filter(isOver);
    return { ...trial, windows, failures: trial.failures.filter(isOver), ...meanScores(windows) };
  });
  if (before.every(({ windows, failures }) => windows.length + failures.length === 0)) return undefined;
  for (const { name } of ranked(before, rule)) {
    const window = trials.find((trial) => trial.name === name)?.windows.find((window) => window.origin === origin);
    if (window !== undefined) return { name, window };
  }
  return undefined;
}

/** Returns the first candidate that can be fitted to the whole series and forecasts finite values. */
function fitFirst(
  candidates: readonly Candidate[],
  { y, period, h, xreg }: { y: Float64Array; period: number; h: number; xreg: Regressors | undefined },
  reason: string,
): { model: FittedModel; name: string; reason: string } {
  const messages: string[] = [];
  for (const { name, fit } of candidates)
    try {
      const model = fit(y.slice(), period, xreg);
      // What drives the steps to come is not known here: the last known values stand for it.
      const last = xreg && rowsOf(xreg, Math.max(0, y.length - h), y.length);
      const steps = Math.min(h, y.length);
      const { mean } = forecast(model, last === undefined ? { h } : { h: steps, xreg: last });
      if (mean.every(Number.isFinite)) return { model, name, reason: [reason, ...messages].join("; ") };
      messages.push(`${name} forecasts a value that is not finite`);
    } catch (error) {
      messages.push(`${name} cannot be fitted to the whole series: ${error instanceof Error ? error.message : error}`);
    }
  throw new RangeError(`no candidate can be fitted to the series: ${messages.join("; ")}`);
}
