import { at } from "../core/aligned.ts";
import { badness, comparedValue, type Metric } from "../core/metric.ts";
import type { GroupedPartitions, GroupKey } from "../runs/grouped-partitions.ts";
import type { PartitionScore } from "./run-scores.ts";

/** A metric over a group of partitions. */
export interface GroupScore {
  /** The group's attributes; empty for all partitions. */
  readonly group: GroupKey;
  /** The metric over the group (see `scoreGroups`); NaN without a usable metric. */
  readonly value: number;
  /** Numbers of partitions with and without a usable metric. */
  readonly usable: number;
  readonly unusable: number;
  /**
   * The mean turnover per step: the partitions' sizes times the worth of their units; NaN if the worth is not known.
   */
  readonly turnover: number;
  /** The mean absolute errors times the worth of units, per step; NaN if the worth is not known. */
  readonly worthOfError: number;
}

/**
 * Returns a metric over each group, the worst first, and over all. WAPE is pooled: the sum of all absolute errors over the sum
 * of all sizes, each times the worth of a unit where partitions weigh by it. Every other metric is the mean of the
 * partitions', weighted by their turnover where partitions weigh by worth. A partition whose forecast was exact has no size and
 * adds nothing to a pooled metric.
 *
 * @see Kolassa & Schütz (2007), "Advantages of the MAD/mean ratio over the MAPE", Foresight 6 (pooling WAPE)
 */
export function scoreGroups(
  scores: readonly PartitionScore[],
  grouped: GroupedPartitions,
  metric: Metric,
  weighByValue: boolean,
): { readonly groups: readonly GroupScore[]; readonly all: GroupScore } {
  const sums = grouped.groups.map(() => new Sums());
  const total = new Sums();
  for (const score of scores) {
    const group = grouped.groupOf(score.partitionKey);
    if (group === undefined) continue;
    const value = grouped.valueOf(score.partitionKey);
    for (const sum of [at(sums, group), total]) sum.add(score, metric, value, weighByValue);
  }
  const worst = sums
    .map((sum, i) => sum.scored(at(grouped.groups, i)))
    .filter(({ usable, unusable }) => usable + unusable > 0)
    .map((score) => ({
      score,
      order: Number.isNaN(score.value) ? Number.NEGATIVE_INFINITY : badness(metric, score.value),
    }))
    .sort((a, b) => b.order - a.order)
    .map(({ score }) => score);
  return { groups: grouped.by.length === 0 ? [] : worst, all: total.scored({}) };
}

class Sums {
  #value = 0;
  #weight = 0;
  #usable = 0;
  #unusable = 0;
  #turnover = 0;
  #worth = 0;
  #isPooled = false;

  add({ value, why, size, error }: PartitionScore, metric: Metric, worth: number, weighByValue: boolean): void {
    const isPooled = metric.name === "holdout_wape";
    const turnover = size * worth;
    if (Number.isFinite(turnover)) this.#turnover += turnover;
    if (Number.isFinite(error * worth)) this.#worth += error * worth;
    if (why === null) this.#usable++;
    else this.#unusable++;
    if (isPooled) {
      const unit = weighByValue ? worth : 1;
      if (!Number.isFinite(error * unit)) return;
      this.#isPooled = true;
      this.#value += 100 * error * unit;
      if (Number.isFinite(size)) this.#weight += size * unit;
      return;
    }
    const weight = weighByValue ? turnover : 1;
    if (why !== null || !Number.isFinite(weight)) return;
    this.#value += weight * comparedValue(metric, value);
    this.#weight += weight;
  }

  scored(group: GroupKey): GroupScore {
    return {
      ...{ group, usable: this.#usable, unusable: this.#unusable },
      value: this.#weight > 0 ? this.#value / this.#weight : this.#isPooled && this.#value === 0 ? 0 : Number.NaN,
      turnover: this.#turnover > 0 ? this.#turnover : Number.NaN,
      worthOfError: this.#worth > 0 ? this.#worth : Number.NaN,
    };
  }
}
