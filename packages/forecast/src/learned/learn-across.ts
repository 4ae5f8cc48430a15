import { learnWeights, type WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";
import type { SeriesEvidence } from "./learned.ts";
import { priorWeights } from "./prior-weights.ts";
import { WEIGHT_FEATURES } from "./weight-features.ts";
import { WEIGHTED_MEMBERS } from "./weighted-members.ts";

/** Parts of the series, each of which is measured by weights that were learnt from the others. */
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
  /** For each part of the series the weights that were learnt from the other parts. */
  readonly folds: readonly WeightModel[];
}

/** Tells whether plain data are the weights of `learnAcross`. */
export function isLearntWeights(value: unknown): value is LearntWeights {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "learnt-weights";
}

/**
 * Learns the weights of members across series, for each kind of series by itself, starting from the weights that this package
 * ships (see `learnWeights`). Deterministic: the same rows in the same order give the same bits.
 *
 * @param rows - the evidence of each series, and the part that it is in: an integer from 0, of which the remainder by 5 counts
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
