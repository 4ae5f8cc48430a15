import { checkInteger } from "../model/options.ts";
import { chiSquareCdf } from "../stats/chi-square.ts";
import { sampleQuantile } from "../stats/quantile.ts";

/** A feature of rows: numbers (NaN where missing), or texts (null where missing). */
export type FeatureValues = Float64Array | readonly (string | null)[];

/** The distance of a feature's distribution from a reference. */
export interface PopulationStability {
  /** Population stability index: 0 for equal shares. From 0.1 on it is read as a shift, from 0.25 on as a large one. */
  readonly psi: number;
  /** Probability of an index so large where nothing has changed. */
  readonly p: number;
  /** Bins that either has rows in. */
  readonly bins: number;
}

/**
 * Returns the population stability index: the sum over bins of (q - p) log(q / p), where p and q are the bin's shares
 * of the reference and of the current rows. Numbers have bins between quantiles of the reference (type 7), the upper
 * edge included; texts a bin each. Missing values are a bin. A bin without rows on one side counts as half a row there.
 *
 * The probability is that of a chi-squared variable with bins - 1 degrees of freedom beyond psi / (1/n + 1/m).
 *
 * @param bins - of numbers; default 10
 * @returns NaN where either side has no rows, or only one bin has any
 * @throws {RangeError} for less than 2 bins
 * @see Siddiqi (2006), "Credit Risk Scorecards", Wiley; Yurdakul & Naranjo (2020), "Statistical properties of the population
 *   stability index", Journal of Risk Model Validation 14(4)
 */
export function populationStability(
  reference: FeatureValues,
  current: FeatureValues,
  { bins = 10 }: { readonly bins?: number } = {},
): PopulationStability {
  checkInteger("bins", bins, 2);
  const binOf = reference instanceof Float64Array ? numberBins(reference, bins) : String;
  const [before, after] = [countsOf(reference, binOf), countsOf(current, binOf)];
  const all = new Set([...before.keys(), ...after.keys()]);
  const [n, m] = [reference.length, current.length];
  if (n === 0 || m === 0 || all.size < 2) return { psi: n === 0 || m === 0 ? NaN : 0, p: NaN, bins: all.size };
  let psi = 0;
  for (const bin of all) {
    const [p, q] = [(before.get(bin) ?? 0.5) / n, (after.get(bin) ?? 0.5) / m];
    psi += (q - p) * Math.log(q / p);
  }
  return { psi, p: chiSquareCdf(psi / (1 / n + 1 / m), all.size - 1, "upper"), bins: all.size };
}

/** Returns the bin of a number: how many of the reference's inner quantiles are below it. */
function numberBins(reference: Float64Array, bins: number): (value: number | string | null) => string {
  const sorted = reference.filter((value) => !Number.isNaN(value)).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => sampleQuantile(sorted, (i + 1) / bins));
  return (value) => (Number.isNaN(value) ? "missing" : String(edges.filter((edge) => Number(value) > edge).length));
}

function countsOf(values: FeatureValues, binOf: (value: number | string | null) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    const bin = binOf(value);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return counts;
}
