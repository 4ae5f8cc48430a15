import type { WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";
import { PRIOR } from "./prior.ts";
import { WEIGHT_FEATURES } from "./weight-features.ts";
import { WEIGHTED_MEMBERS } from "./weighted-members.ts";

/** Returns the weights that this package ships for a kind of series, learnt from public series by `npm run weights-study`. */
export function priorWeights(group: LineupName): WeightModel {
  const members = WEIGHTED_MEMBERS[group];
  return { kind: "softmax-weights", formatVersion: 1, members, features: WEIGHT_FEATURES, ...PRIOR[group] };
}
