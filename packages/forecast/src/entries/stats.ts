/**
 * Distributions, medians, random numbers and autocorrelation.
 *
 * @module
 */
export { acf, pacf } from "../stats/autocorrelation.ts";
export { chiSquareCdf } from "../stats/chi-square.ts";
export { binomialTail, logGamma, normalQuantile, studentQuantile } from "../stats/distribution.ts";
export { highMedian, median } from "../stats/median.ts";
export { normal, type Random, random } from "../stats/random.ts";
export { sampleOf, shuffled } from "../stats/shuffled.ts";
