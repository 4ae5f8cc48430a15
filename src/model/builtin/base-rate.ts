import { normalQuantile } from "@manymodel/forecast/stats";
import type { Prediction } from "../define-model.ts";

/** The number of known outcomes that are 1, and the number of all. */
export type BaseRate = { readonly ones: number; readonly customers: number };

/** Says why a segment has a base rate only. */
export const oneClass = ({ ones, customers }: BaseRate) =>
  `${ones} of ${customers} known outcomes are 1, so the features tell nothing`;

/**
 * Returns the base rate for each of the rows: (ones + ½) / (customers + 1), the mean of a Beta distribution after
 * Jeffreys' prior, with Wilson's intervals.
 *
 * @see Brown, Cai & DasGupta (2001), doi:10.1214/ss/1009213286
 */
export function baseRatePrediction(baseRate: BaseRate, rows: number, levels: readonly number[]): Prediction {
  const { ones, customers: n } = baseRate;
  const bound = (level: number, sign: number) => {
    const z = normalQuantile(0.5 + level / 200);
    const centre = (ones + (z * z) / 2) / (n + z * z);
    const reach = (z / (n + z * z)) * Math.sqrt((ones * (n - ones)) / n + (z * z) / 4);
    return new Float64Array(rows).fill(Math.min(1, Math.max(0, centre + sign * reach)));
  };
  return {
    mean: new Float64Array(rows).fill((ones + 0.5) / (n + 1)),
    levels,
    lower: levels.map((level) => bound(level, -1)),
    upper: levels.map((level) => bound(level, 1)),
    note: { type: "base-rate", message: oneClass(baseRate), isFallback: true },
  };
}
