import type { ConformalModel, FittedModel } from "../model/fitted-model.ts";
import type { Method } from "../model/methods.ts";
import { endOfObserved, fitObserved, trailedBy } from "../model/missing-ends.ts";
import { update } from "../model/model.ts";
import { checkOptions, type OptionNames } from "../model/options.ts";
import { checkForecastOptions } from "../model/prediction.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { factorsOf, rollScores } from "./calibration.ts";
import { candidatesOf } from "./cross-validate.ts";
import { type Candidate, defaultHorizon, leastTraining, originsOf } from "./rolling-origin.ts";

/** The options of `conformal`. */
const NAMES: OptionNames<ConformalOptions> = {
  period: true,
  h: true,
  windows: true,
  step: true,
  levels: true,
  form: true,
  refit: true,
};

/** Options of the calibration of intervals. */
export interface ConformalOptions {
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /** Number of steps ahead to calibrate; default a season, at least 6, at most an eighth of the series. */
  readonly h?: number;
  /** The most origins; default 20. */
  readonly windows?: number;
  /** Observations from one origin to the next; default 1. */
  readonly step?: number;
  /** Coverage in percent; default [80, 95]. Forecasts interpolate other levels. */
  readonly levels?: readonly number[];
  /**
   * "scaled" (default): factors on the model's own widths (normalised conformal prediction). "absolute": half-widths in
   * the units of the series, for a model whose own intervals are useless.
   */
  readonly form?: "scaled" | "absolute";
  /**
   * True to fit again at each origin, false to fit at the first origin and update the model at the others, which is
   * cheaper; default true.
   */
  readonly refit?: boolean;
}

/**
 * Calibrates split conformal prediction intervals by the errors of forecasts from rolling origins, separately for each
 * step ahead.
 *
 * Scores are absolute errors, or their ratios to the model's own distance between point forecast and bound. The
 * half-width for a level p is the ⌈m p (1 + 1 / e)⌉-th smallest of m scores, which is the usual ⌈(m + 1) p⌉-th if e =
 * m. Errors j steps ahead overlap if their origins are fewer than j steps apart, so e counts the errors that do not
 * overlap: the number of forecast values divided by j, at most m. If a step has fewer scores than p / (1 - p) (19 for
 * 95 %), the scores of the steps next to it are pooled with its own, from as few steps on either side as give enough.
 * If e is too small for the rank (p > e / (e + 1)), the largest score is extended as the tail of a normal distribution,
 * by z(p) / z(e / (e + 1)). If all scores are 0, the next error is 0 with a probability of at least e / (e + 1), so the
 * interval has no width up to that level. Above that level the interval is the model's own; with "absolute" it still
 * has no width, because no other measure exists. The guarantee of split conformal prediction does not hold for a time
 * series, whose errors are not exchangeable; the coverage is approximate.
 *
 * @param target - a method, by name or as a fit: it is fitted before each origin, and for the result to all of `y`. Or
 *   a fitted model: `y` are then the values that *followed* its series, and the result is the model moved over them
 * @throws {RangeError} if there is no origin, no origin has a score, or an option or a value is not allowed
 * @see Vovk, Gammerman & Shafer (2005), Algorithmic Learning in a Random World; Lei et al. (2018),
 *   doi:10.1080/01621459.2017.1307116 (split and locally weighted)
 */
export function conformal(
  target: FittedModel | Method | Candidate,
  y: Series,
  options: ConformalOptions = {},
): ConformalModel {
  checkOptions("conformal", options, NAMES);
  const values = toFloat64(y);
  checkPeriod(options.period ?? 1);
  checkSeries(values);
  if (typeof target === "string" || !("kind" in target))
    return fitObserved(values, (observed) => calibrate(target, observed, options));
  const end = endOfObserved(values);
  return trailedBy(calibrate(target, values.subarray(0, end), options), values.length - end);
}

/** Calibrates on a series that does not end with a missing value. */
function calibrate(
  target: FittedModel | Method | Candidate,
  series: Float64Array,
  options: ConformalOptions,
): ConformalModel {
  const { period = 1, windows = 20, step = 1, form = "scaled" } = options;
  const { h, levels } = checkForecastOptions({
    h: options.h ?? defaultHorizon(series.length, period),
    levels: options.levels ?? [80, 95],
  });
  const least = typeof target !== "string" && "kind" in target ? 0 : leastTraining(period);
  const origins = originsOf(series.length, least, h, windows, step);
  if (origins.length === 0)
    throw new RangeError(
      `the series has ${series.length} values; one origin needs ${least + h} (h = ${h}): use a smaller h`,
    );
  const span = series.length - origins[0]!;
  const result = (model: FittedModel, scores: Parameters<typeof factorsOf>[0]): ConformalModel => {
    return {
      kind: "conformal",
      formatVersion: 1,
      model,
      form,
      levels,
      factors: factorsOf(scores, levels, h, form, span),
    };
  };
  if (typeof target !== "string" && "kind" in target) {
    const { scores, last } = rollScores(series, origins, { h, levels, form }, (history, _, moved = target) =>
      update(moved, history),
    );
    return result(update(last ?? target, series.slice(origins.at(-1) ?? 0)), scores);
  }
  const { fit } = candidatesOf([target])[0]!;
  const { scores } = rollScores(series, origins, { h, levels, form }, (history, origin, moved) =>
    moved !== undefined && options.refit === false ? update(moved, history) : fit(series.slice(0, origin), period),
  );
  return result(fit(series, period), scores);
}
