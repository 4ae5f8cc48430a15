import { interpolate } from "../time/series.ts";
import type { EtsForm } from "./form.ts";

/**
 * Returns the states to start a search from, by form: a line through the first seasons (at most four, at least ten values), and
 * each season's mean distance from it, as a difference or a ratio. Forms that differ in their errors or damping alone share them.
 *
 * @returns level, slope, and the season's effects in time order (sum 0, or `period` for ratios)
 */
export function createStartingStates(y: Float64Array, period: number): (form: EtsForm) => readonly number[] {
  const filled = interpolate(y);
  const least = filled.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  const statesByParts = new Map<string, readonly number[]>();
  return (form) => {
    const parts = form.trend + form.season;
    const states = statesByParts.get(parts) ?? startingStates(filled, least, form, period);
    statesByParts.set(parts, states);
    return states;
  };
}

/** @param least - the least value above 0 */
function startingStates(filled: Float64Array, least: number, { trend, season }: EtsForm, period: number): number[] {
  const n = Math.min(filled.length, season === "N" ? 10 : Math.max(10, 4 * period));
  const head = filled.subarray(0, n);
  let { level, slope } = line(head);
  const effects = new Float64Array(season === "N" ? 0 : period);
  if (season !== "N") {
    const ratio = season === "M";
    const counts = new Float64Array(period);
    for (let t = 0; t < n; t++) {
      const base = level + slope * (t + 1);
      const positive = base > 0 ? base : head.reduce((sum, v) => sum + v, 0) / n;
      effects[t % period]! += ratio ? head[t]! / positive : head[t]! - base;
      counts[t % period]!++;
    }
    for (let j = 0; j < period; j++) {
      effects[j] = counts[j]! > 0 ? effects[j]! / counts[j]! : ratio ? 1 : 0;
      if (ratio) effects[j] = Math.max(0.01, effects[j]!);
    }
    const mean = effects.reduce((sum, value) => sum + value, 0) / period;
    for (let j = 0; j < period; j++) effects[j] = ratio ? effects[j]! / mean : effects[j]! - mean;
    const adjusted = head.map((value, t) => (ratio ? value / effects[t % period]! : value - effects[t % period]!));
    const again = line(adjusted.subarray(0, Math.min(n, Math.max(10, 2 * period))));
    level = again.level;
    slope = again.slope;
  }
  if (trend === "N") {
    const length = Math.min(n, Math.max(10, 2 * period));
    level += (slope * (length + 1)) / 2;
  }
  if (trend === "M" || season === "M") level = Math.max(level, least / 2);
  if (trend === "M") slope = Math.min(1.2, Math.max(0.8, 1 + slope / level));
  return [level, trend === "N" ? 0 : slope, ...effects];
}

/** Returns the least squares line; the level is its value a step before the first observation. */
function line(y: Float64Array): { level: number; slope: number } {
  const n = y.length;
  let sum = 0;
  let moment = 0;
  for (let t = 0; t < n; t++) {
    sum += y[t]!;
    moment += (t - (n - 1) / 2) * y[t]!;
  }
  const slope = n > 1 ? moment / ((n * (n * n - 1)) / 12) : 0;
  return { level: sum / n - (slope * (n + 1)) / 2, slope };
}
