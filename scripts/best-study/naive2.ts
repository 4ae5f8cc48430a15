import { interpolate } from "../../packages/forecast/src/entries/time.ts";
import { adjusted, seasonal, thetaSeason } from "../../packages/forecast/src/theta/seasonal-adjustment.ts";
import { LEVELS } from "./forecasts.ts";
import { type Scores, scoresOf } from "./scores.ts";
import type { StudySeries } from "./series.ts";

/**
 * Returns the scores of naive forecasts of the seasonally adjusted series, with its season: those that an OWA is against. As in the M4
 * competition the adjustment is multiplicative. A series of which ratios make no sense is not adjusted.
 */
export function naive2Scores(series: StudySeries): Scores {
  const { training, period, actual } = series;
  const y = interpolate(training);
  const thetaIndices = thetaSeason(y, period);
  const season = thetaIndices.seasonality === "additive" ? { indices: [] } : thetaIndices;
  const level = adjusted(y, season).at(-1) ?? NaN;
  const mean = seasonal(new Float64Array(actual.length).fill(level), season, y.length);
  return scoresOf(series, { mean, levels: LEVELS, lower: [mean, mean], upper: [mean, mean] });
}
