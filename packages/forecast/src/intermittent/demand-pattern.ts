/** How regular demand is, by how often it occurs and how its size varies. */
export type DemandClass = "smooth" | "erratic" | "intermittent" | "lumpy";

/** Demand by how often and how evenly it comes. */
export interface DemandPattern {
  /** Average demand interval: observed values per one that is not 0; NaN without any. */
  readonly adi: number;
  /** Squared coefficient of variation (divisor n) of the values that are not 0; NaN without any, or a mean of 0. */
  readonly cv2: number;
  /** Null where there is no demand, or a value is negative: then it is not demand in this sense. */
  readonly pattern: DemandClass | null;
}

/**
 * The demand pattern of a series, with the published cut-offs: intermittent or lumpy from an ADI of 1.32, erratic or
 * lumpy from a CV² of 0.49.
 *
 * @param y - observations, missing ones (NaN) left out
 * @see Syntetos, Boylan & Croston (2005), doi:10.1057/palgrave.jors.2601841
 */
export function demandPattern(y: Float64Array): DemandPattern {
  let observed = 0;
  let count = 0;
  let sum = 0;
  let least = Infinity;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    observed++;
    least = Math.min(least, value);
    if (value === 0) continue;
    count++;
    sum += value;
  }
  if (count === 0) return { adi: NaN, cv2: NaN, pattern: null };
  const mean = sum / count;
  let squares = 0;
  for (const value of y) if (value === value && value !== 0) squares += (value - mean) ** 2;
  const adi = observed / count;
  const cv2 = mean === 0 ? NaN : squares / count / (mean * mean);
  return { adi, cv2, pattern: least < 0 ? null : demandClass(adi, cv2) };
}

function demandClass(adi: number, cv2: number): DemandClass {
  if (adi < 1.32) return cv2 < 0.49 ? "smooth" : "erratic";
  return cv2 < 0.49 ? "intermittent" : "lumpy";
}

/** Whether a series is to be forecast by methods for intermittent demand. */
export function isIntermittent(y: Float64Array): boolean {
  const { pattern } = demandPattern(y);
  return pattern === "intermittent" || pattern === "lumpy";
}
