/** Demand by how often and how evenly it comes. */
export interface Demand {
  /** Average demand interval: observed steps per step with demand; Infinity without any. */
  readonly adi: number;
  /** Squared coefficient of variation of the demands that are not zero; NaN without any. */
  readonly cv2: number;
  /** "none" where a value is negative or there is no demand: then it is not demand in this sense. */
  readonly pattern: "smooth" | "erratic" | "intermittent" | "lumpy" | "none";
}

/**
 * The demand pattern of a series, with the published cut-offs: intermittent or lumpy from an ADI of 1.32, erratic or
 * lumpy from a CV² of 0.49.
 *
 * @param y - observations, missing ones (NaN) left out
 * @see Syntetos, Boylan & Croston (2005), doi:10.1057/palgrave.jors.2601841
 */
export function demand(y: Float64Array): Demand {
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
  const mean = sum / count;
  let squares = 0;
  for (const value of y) if (value === value && value !== 0) squares += (value - mean) ** 2;
  const adi = observed / count;
  const cv2 = squares / count / (mean * mean);
  if (count === 0 || least < 0) return { adi, cv2, pattern: "none" };
  if (adi >= 1.32) return { adi, cv2, pattern: cv2 >= 0.49 ? "lumpy" : "intermittent" };
  return { adi, cv2, pattern: cv2 >= 0.49 ? "erratic" : "smooth" };
}

/** Whether a series is to be forecast by methods for intermittent demand. */
export function isIntermittent(y: Float64Array): boolean {
  const { pattern } = demand(y);
  return pattern === "intermittent" || pattern === "lumpy";
}
