import { standardised, type WeightModel } from "../contest/learn-weights.ts";

/** A feature that moves a member's weight. */
export interface WeightReason {
  readonly feature: string;
  /** The value of the feature for the series, and for an average series. */
  readonly value: number;
  readonly average: number;
  readonly member: string;
  /**
   * Effect of the feature on the logarithm of the ratio of the member's weight to the members' mean weight, compared
   * with an average series.
   */
  readonly effect: number;
}

/**
 * Returns the features that move the weights of a series most, the largest effect first, each with the member that it
 * moves most.
 *
 * @param features - the series' features, in the model's order
 * @param most - the most features to return
 */
export function explainWeights(model: WeightModel, features: readonly number[], most = 3): WeightReason[] {
  const { members, features: names, centres, scales, coef } = model;
  const row = standardised(features, centres, scales);
  const reasons = names.map((feature, f): WeightReason => {
    const effectsOfMembers = coef.map((member) => (member[f + 1] ?? 0) * (row[f + 1] ?? 0));
    const mean = effectsOfMembers.reduce((sum, effect) => sum + effect / effectsOfMembers.length, 0);
    const effects = effectsOfMembers.map((effect) => effect - mean);
    const largest = effects.reduce(
      (best, effect, m) => (Math.abs(effect) > Math.abs(effects[best] ?? 0) ? m : best),
      0,
    );
    const three = (value: number) => Number(value.toPrecision(3));
    return {
      feature,
      value: three(features[f] ?? NaN),
      average: three(centres[f] ?? NaN),
      member: members[largest] ?? "",
      effect: three(effects[largest] ?? 0),
    };
  });
  return reasons
    .filter(({ value, effect }) => !Number.isNaN(value) && effect !== 0)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, most);
}
