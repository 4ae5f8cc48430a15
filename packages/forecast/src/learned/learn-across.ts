import { learnWeights, type WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";
import type { SeriesEvidence } from "./learned.ts";
import { priorWeights } from "./prior-weights.ts";
import { WEIGHT_FEATURES } from "./weight-features.ts";
import { WEIGHTED_MEMBERS } from "./weighted-members.ts";

/** The number of parts of the series. Each part is measured with weights learnt from the other parts. */
export const FOLDS = 5;

/** Weights by kind of series. */
export interface LearntWeights {
  readonly kind: "learnt-weights";
  readonly formatVersion: 1;
  readonly groups: Readonly<Partial<Record<LineupName, GroupWeights>>>;
}

/** The weights of one kind of series. */
export interface GroupWeights {
  readonly weights: WeightModel;
  /** For each part of the series, the weights learnt from the other parts. */
  readonly folds: readonly WeightModel[];
}

/** Tells whether plain data are weights that `learnAcross` returned. */
export function isLearntWeights(value: unknown): value is LearntWeights {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "learnt-weights";
}

/**
 * Learns the weights of members across series, separately for each kind of series, with the weights that this package
 * ships as the prior (see `learnWeights`). Deterministic: the same rows in the same order give the same bits.
 *
 * @param rows - the evidence of each series, and its part: an integer of at least 0, of which the remainder after
 *   division by 5 counts
 */
export function learnAcross(rows: readonly (SeriesEvidence & { readonly part: number })[]): LearntWeights {
  const groups: Partial<Record<LineupName, GroupWeights>> = {};
  const names = [...new Set(rows.map(({ group }) => group))].sort();
  for (const name of names) {
    const ofGroup = rows.filter(({ group }) => group === name);
    const learn = (series: readonly SeriesEvidence[], prior: WeightModel) =>
      learnWeights(
        {
          members: WEIGHTED_MEMBERS[name],
          features: WEIGHT_FEATURES,
          x: series.map(({ features }) => features),
          errors: series.map(({ errors }) => errors),
        },
        { prior },
      );
    const prior = priorWeights(name);
    groups[name] = {
      weights: learn(ofGroup, prior),
      folds: Array.from({ length: FOLDS }, (_, fold) =>
        learn(
          ofGroup.filter(({ part }) => part % FOLDS !== fold),
          prior,
        ),
      ),
    };
  }
  return { kind: "learnt-weights", formatVersion: 1, groups };
}
