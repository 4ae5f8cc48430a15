import type { ConformalModel } from "../conformal-model.ts";
import { normalQuantile } from "../distribution.ts";
import type { Method } from "../methods.ts";
import { type FittedModel, forecast, update } from "../model.ts";
import { checkForecastOptions, type Forecast } from "../prediction.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../series.ts";
import { candidatesOf } from "./cross-validate.ts";
import { type Candidate, defaultHorizon, leastTraining, originsOf } from "./rolling-origin.ts";

/** How intervals are calibrated. */
export interface ConformalOptions {
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /** Steps ahead that are calibrated; default: a season, at least 6, at most an eighth of the series. */
  readonly h?: number;
  /** How many origins at most; default 20. */
  readonly windows?: number;
  /** Observations from one origin to the next; default 1. */
  readonly step?: number;
  /** Coverage in percent; default [80, 95]. Other levels asked of the model later are interpolated. */
  readonly levels?: readonly number[];
  /**
   * "scaled" (default): factors on the model's own widths (normalised conformal prediction); "absolute": half-widths in
   * the units of the series, for a model whose own intervals are worth nothing.
   */
  readonly form?: "scaled" | "absolute";
  /** Fit again at each origin (default), or fit at the first one and update the model over the rest, which is cheaper. */
  readonly refit?: boolean;
}

/**
 * Split conformal prediction intervals from the errors of forecasts from rolling origins, step ahead by step ahead.
 *
 * The half-width for a level p is the ⌈(m + 1) p⌉-th smallest of m scores: absolute errors, or their ratios to the
 * model's own distance between point forecast and bound. Where a step has fewer windows than that rank needs
 * (m < p / (1 - p): 19 for 95 %), the scores of the steps next to it are pooled with its own, as few on either side as
 * give enough; where all steps together have too few, the largest score is extended as the tail of a normal
 * distribution, by z(p) / z(m / (m + 1)). The guarantee of exchangeable scores does not hold for a time series: windows
 * overlap and a series changes. What holds is that the intervals covered so much of the recent past.
 *
 * @param target - a method, by name or as a fit: its models are fitted before each origin, and the result's to all of
 *   `y`. Or a fitted model: then `y` are the values that *followed* its series, and the result is the model moved over
 *   them
 * @throws {RangeError} if there is no origin, none has a score, or an option or a value is not allowed
 * @see Vovk, Gammerman & Shafer (2005), Algorithmic Learning in a Random World; Lei et al. (2018),
 *   doi:10.1080/01621459.2017.1307116 (split and locally weighted)
 */
export function conformal(
  target: FittedModel | Method | Candidate,
  y: Series,
  options: ConformalOptions = {},
): ConformalModel {
  const series = toFloat64(y);
  const { period = 1, windows = 20, step = 1, form = "scaled" } = options;
  checkPeriod(period);
  checkSeries(series);
  const { h, levels } = checkForecastOptions({
    h: options.h ?? defaultHorizon(series.length, period),
    levels: options.levels ?? [80, 95],
  });
  const given = typeof target !== "string" && "kind" in target ? target : undefined;
  const least = given === undefined ? leastTraining(period) : 0;
  const origins = originsOf(series.length, least, h, windows, step);
  if (origins.length === 0)
    throw new RangeError(
      `the series has ${series.length} values; one origin needs ${least + h} (h = ${h}): use a smaller h`,
    );
  const path = origins.map((origin, i) => ({ origin, seen: series.slice(i === 0 ? 0 : origins[i - 1]!, origin) }));
  const scores: Scores[] = [];
  let model: FittedModel;
  if (typeof target !== "string" && "kind" in target) {
    model = target;
    for (const { origin, seen } of path) {
      model = update(model, seen);
      scores.push(scoresOf(forecast(model, { h, levels }), series.subarray(origin, origin + h), form));
    }
    model = update(model, series.slice(origins.at(-1)!));
  } else {
    const { fit } = candidatesOf([target])[0]!;
    let moved: FittedModel | undefined;
    for (const { origin, seen } of path) {
      moved =
        moved !== undefined && options.refit === false ? update(moved, seen) : fit(series.slice(0, origin), period);
      scores.push(scoresOf(forecast(moved, { h, levels }), series.subarray(origin, origin + h), form));
    }
    model = fit(series, period);
  }
  return { kind: "conformal", formatVersion: 1, model, form, levels, factors: factorsOf(scores, levels, h, form) };
}

/** The scores of one window: for each level, then each step; NaN where there is none. */
export type Scores = readonly Float64Array[];

/** How far each error goes, in units of the model's own bound on its side ("scaled"), or as it is. */
export function scoresOf(predicted: Forecast, actual: Float64Array, form: "scaled" | "absolute"): Scores {
  const { mean, levels, lower, upper } = predicted;
  return levels.map((_, l) =>
    actual.map((value, j) => {
      const error = value - mean[j]!;
      if (form === "absolute") return Math.abs(error);
      const own = error >= 0 ? upper[l]![j]! - mean[j]! : mean[j]! - lower[l]![j]!;
      return own > 0 ? Math.abs(error) / own : NaN;
    }),
  );
}

/** The factors of a conformal model, by level and step. @throws {RangeError} if there is no score */
export function factorsOf(
  scores: readonly Scores[],
  levels: readonly number[],
  h: number,
  form: "scaled" | "absolute",
): number[][] {
  return levels.map((level, l) => {
    const p = level / 100;
    const unit = form === "absolute" ? normalQuantile(0.5 + p / 2) : 1;
    return Array.from({ length: h }, (_, j) => {
      for (let reach = 0; ; reach++) {
        const from = Math.max(0, j - reach);
        const to = Math.min(h, j + reach + 1);
        const pooled = scores
          .flatMap((window) => [...window[l]!.subarray(from, to)])
          .filter((score) => !Number.isNaN(score));
        const enough = pooled.length >= p / (1 - p);
        const all = from === 0 && to === h;
        if (all && pooled.length === 0)
          throw new RangeError(
            "no forecast has an error to calibrate on; use another form, more windows or a longer series",
          );
        if (enough || all) return conformalQuantile(pooled, p) / unit;
      }
    });
  });
}

/** The ⌈(m + 1) p⌉-th smallest of m scores; beyond the largest as a normal distribution's tail. */
export function conformalQuantile(scores: number[], p: number): number {
  scores.sort((a, b) => a - b);
  const m = scores.length;
  // Rounded down by a hair: (m + 1) p may be a whole number but for its last bit.
  const rank = Math.ceil((m + 1) * p - 1e-9);
  if (rank <= m) return scores[rank - 1]!;
  return (scores[m - 1]! * normalQuantile(0.5 + p / 2)) / normalQuantile(0.5 + m / (m + 1) / 2);
}
