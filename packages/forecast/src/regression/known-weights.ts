import { type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the weights of the rows whose outcome is known; all 1 where none are stated.
 *
 * @throws {RangeError} if there is not one weight a row, or one is not finite and above 0
 */
export function knownWeights(weights: Series | undefined, outcome: Float64Array): Float64Array {
  if (weights === undefined) return outcome.filter((value) => !Number.isNaN(value)).fill(1);
  const all = toFloat64(weights);
  if (all.length !== outcome.length)
    throw new RangeError(`weights has ${all.length} values; there must be ${outcome.length}`);
  const bad = all.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (bad >= 0) throw new RangeError(`weights is ${all[bad]} at position ${bad}; it must be finite and above 0`);
  return all.filter((_, t) => !Number.isNaN(outcome[t]));
}
