import { chiSquareCdf } from "../stats/chi-square.ts";

/** Regularity of demand: its frequency and the variation of its size. */
export type DemandClass = "smooth" | "erratic" | "intermittent" | "lumpy";

/** Demand by how often and how evenly it comes. */
export interface DemandPattern {
  /** Average demand interval: see `demandPattern`; NaN without any demand. */
  readonly adi: number;
  /** Squared coefficient of variation (divisor n) of the values that are not 0; NaN without any, or a mean of 0. */
  readonly cv2: number;
  /** Null where there is no demand, or a value is negative: then it is not demand in this sense. */
  readonly pattern: DemandClass | null;
}

/** Phases differ in how often demand comes where the chance of it, if they did not, is below this. */
const SIGNIFICANCE = 0.05;

/**
 * Returns the demand pattern of a series, with the published cut-offs: intermittent or lumpy from an average demand
 * interval (ADI) of 1.32, erratic or lumpy from a CV² of 0.49.
 *
 * The ADI is observed values per one that is not 0. Where phases of the season differ in how often demand comes (Pearson's
 * chi-square test at 5 %), it is that of the phases in which demand comes, because the season explains the zeros of the
 * others: 1 / P, where P is the share of values that are not 0 in the same phase of the other seasons, averaged over all
 * demands. Phases that never have demand do not count in it, and one that has a demand once a year hardly does.
 *
 * @param y - observations, missing ones (NaN) left out
 * @param period - observations per season, an integer of at least 1
 * @see Syntetos, Boylan & Croston (2005), doi:10.1057/palgrave.jors.2601841
 */
export function demandPattern(y: Float64Array, period = 1): DemandPattern {
  const observed = new Float64Array(period);
  const demands = new Float64Array(period);
  let sum = 0;
  let least = Infinity;
  for (let t = 0; t < y.length; t++) {
    const value = y[t]!;
    if (Number.isNaN(value)) continue;
    observed[t % period]!++;
    least = Math.min(least, value);
    if (value === 0) continue;
    demands[t % period]!++;
    sum += value;
  }
  const count = total(demands);
  if (count === 0) return { adi: NaN, cv2: NaN, pattern: null };
  const mean = sum / count;
  let squares = 0;
  for (const value of y) if (value === value && value !== 0) squares += (value - mean) ** 2;
  const adi = phasesDiffer(observed, demands) ? intervalInPhase(observed, demands) : total(observed) / count;
  const cv2 = mean === 0 ? NaN : squares / count / (mean * mean);
  return { adi, cv2, pattern: least < 0 ? null : demandClass(adi, cv2) };
}

function demandClass(adi: number, cv2: number): DemandClass {
  if (adi < 1.32) return cv2 < 0.49 ? "smooth" : "erratic";
  return cv2 < 0.49 ? "intermittent" : "lumpy";
}

/** Tests whether phases differ in their shares of demands, by a chi-square test of homogeneity. */
function phasesDiffer(observed: Float64Array, demands: Float64Array): boolean {
  const share = total(demands) / total(observed);
  if (share === 1) return false;
  let deviance = 0;
  let phases = 0;
  observed.forEach((n, phase) => {
    if (n === 0) return;
    deviance += (demands[phase]! - n * share) ** 2 / (n * share * (1 - share));
    phases++;
  });
  return phases > 1 && chiSquareCdf(deviance, phases - 1, "upper") < SIGNIFICANCE;
}

/** Returns 1 / P, P the share of demands in the same phase of the other seasons, averaged over the demands. */
function intervalInPhase(observed: Float64Array, demands: Float64Array): number {
  let shares = 0;
  let count = 0;
  observed.forEach((n, phase) => {
    if (n < 2) return;
    shares += (demands[phase]! * (demands[phase]! - 1)) / (n - 1);
    count += demands[phase]!;
  });
  return count / shares;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * Returns true if a series is to be forecast by methods for intermittent demand: its zeros are not those of a season.
 */
export function isIntermittent(y: Float64Array, period: number): boolean {
  const { pattern } = demandPattern(y, period);
  return pattern === "intermittent" || pattern === "lumpy";
}
