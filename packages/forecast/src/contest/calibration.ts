import type { FittedModel } from "../model/fitted-model.ts";
import { forecast } from "../model/model.ts";
import type { Forecast } from "../model/prediction.ts";
import { normalQuantile } from "../stats/distribution.ts";
import { sampleQuantile } from "../stats/quantile.ts";

/** The scores of one window: for each level, then each step; NaN where there is none. */
type Scores = readonly Float64Array[];

/**
 * Returns the scores of the forecasts from each origin.
 *
 * @param modelAt - the model at an origin, from what was observed since the origin before and the model there
 * @returns the scores, and the model at the last origin
 */
export function rollScores(
  y: Float64Array,
  origins: readonly number[],
  { h, levels, form }: { h: number; levels: readonly number[]; form: "scaled" | "absolute" },
  modelAt: (history: Float64Array, origin: number, before: FittedModel | undefined) => FittedModel,
): { scores: Scores[]; last: FittedModel | undefined } {
  const scores: Scores[] = [];
  let model: FittedModel | undefined;
  for (const [i, origin] of origins.entries()) {
    model = modelAt(y.slice(origins[i - 1] ?? 0, origin), origin, model);
    scores.push(scoresOf(forecast(model, { h, levels }), y.subarray(origin, origin + h), form));
  }
  return { scores, last: model };
}

/** Returns the size of each error, in units of the model's own bound on its side ("scaled"), or as it is. */
function scoresOf(predicted: Forecast, actual: Float64Array, form: "scaled" | "absolute"): Scores {
  const { mean, levels, lower, upper } = predicted;
  return levels.map((_, l) =>
    actual.map((value, j) => {
      const error = value - mean[j]!;
      if (form === "absolute") return Math.abs(error);
      const bound = error >= 0 ? upper[l]![j]! - mean[j]! : mean[j]! - lower[l]![j]!;
      return bound > 0 ? Math.abs(error) / bound : NaN;
    }),
  );
}

/**
 * Returns the factors of a conformal model, by level and step.
 *
 * @param span - how many values the forecasts were compared with; of a step's errors, span / step do not overlap. Left
 *   out, every score counts
 * @throws {RangeError} if there is no score
 */
export function factorsOf(
  scores: readonly Scores[],
  levels: readonly number[],
  h: number,
  form: "scaled" | "absolute",
  span = Infinity,
): number[][] {
  // Beyond the rank of scores that are all 0, the model's own interval is all that there is.
  const unscored = form === "scaled" ? 1 : 0;
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
        if (enough || all)
          return conformalQuantile(pooled, p, Math.min(pooled.length, Math.max(1, span / (j + 1))), unscored) / unit;
      }
    });
  });
}

/**
 * Returns the ⌈m p (1 + 1 / e)⌉-th smallest of m scores that tell as much as e independent ones; beyond the largest,
 * that one extended as a normal distribution's tail. Where that one is 0, its tail is `unscored`.
 */
export function conformalQuantile(scores: number[], p: number, effective = scores.length, unscored = 0): number {
  scores.sort((a, b) => a - b);
  const m = scores.length;
  // Rounded down by a hair: the product may be a whole number but for its last bit.
  const rank = Math.ceil(m * p * (1 + 1 / effective) - 1e-9);
  if (rank <= m) return scores[rank - 1]!;
  const largest = scores[m - 1]!;
  if (largest === 0) return unscored;
  const covered = effective / (effective + 1);
  return (largest * normalQuantile(0.5 + p / 2)) / normalQuantile(0.5 + covered / 2);
}

/**
 * Returns how much wider than the model's own intervals those are that would have held a level's share of the values,
 * by level and step: the quantile of the scores of all steps from half to twice as far. NaN where none has a score.
 *
 * It is the quantile itself, not the conformal one, whose ⌈(m + 1) p⌉-th score is the largest of 24. That guards against few
 * scores, for which the caller's prior stands.
 */
export function ownFactors(scores: readonly Scores[], levels: readonly number[], h: number): number[][] {
  return levels.map((level, l) =>
    Array.from({ length: h }, (_, j) => {
      const from = Math.max(0, Math.floor((j + 1) / 2) - 1);
      const near = scores.flatMap((window) => [...window[l]!.subarray(from, Math.min(h, 2 * (j + 1)))]);
      return sampleQuantile(Float64Array.from(near.filter((score) => !Number.isNaN(score))).sort(), level / 100);
    }),
  );
}
