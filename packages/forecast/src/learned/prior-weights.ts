import type { WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";
import { OVERALL, PRIOR } from "./prior.ts";
import { WEIGHT_FEATURES } from "./weight-features.ts";
import { startingScores, WEIGHTED_MEMBERS } from "./weighted-members.ts";

/**
 * Returns the weights that this package ships for a kind of series, learnt from public series by `npm run weights-study`.
 * The public sets have no hourly series. For their kinds, `day` and `hours`, the weights are those from which the study
 * starts, the same for every series.
 */
export function priorWeights(group: LineupName): WeightModel {
  const members = WEIGHTED_MEMBERS[group];
  const prior = PRIOR[group] ?? { ...OVERALL, coef: startingCoefficients(group), nobs: 0 };
  return { kind: "softmax-weights", formatVersion: 1, members, features: WEIGHT_FEATURES, ...prior };
}

/** Returns the coefficients of each member from which learning starts: no feature counts. */
export function startingCoefficients(group: LineupName): number[][] {
  return startingScores(group).map((score) => [score, ...WEIGHT_FEATURES.map(() => 0)]);
}
