/** Metrics by name. */
export interface Metrics {
  readonly [name: string]: number;
}

/**
 * Returns the metrics of a holdout that was forecast from several origins: the mean over the origins where a metric is defined
 * (`holdout_*`), the mean without the last origin (`holdout_earlier_*`), and the last origin's (`holdout_last_*`). By the earlier
 * ones methods are chosen; the last, which chose nothing, says what to expect. A single origin has `holdout_*` alone.
 *
 * @param origins - the measures of each origin, the last one last; undefined where an origin allows no forecast
 * @returns undefined if the last origin has none
 */
export function originMetrics(origins: readonly (Metrics | undefined)[]): Metrics | undefined {
  const last = origins.at(-1);
  if (last === undefined) return undefined;
  const measured = origins.filter((metrics) => metrics !== undefined);
  return {
    ...meanOf("holdout_", measured),
    ...(origins.length > 1 && {
      ...meanOf("holdout_earlier_", measured.slice(0, -1)),
      ...meanOf("holdout_last_", [last]),
    }),
  };
}

/** Returns the mean of each metric where it is defined, by its name with a prefix. */
export function meanOf(prefix: string, all: readonly Metrics[]): Metrics {
  const means: { [name: string]: number } = {};
  for (const name in all[0]) {
    let sum = 0;
    let count = 0;
    for (const { [name]: value = NaN } of all)
      if (!Number.isNaN(value)) {
        sum += value;
        count++;
      }
    means[prefix + name] = sum / count;
  }
  return means;
}
