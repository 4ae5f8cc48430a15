import { ManymodelError } from "../core/errors.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import { detectInterval } from "../model/interval.ts";
import { isPeriodRule } from "../model/period-rule.ts";
import { findTarget } from "../model/planned-rows.ts";
import { seriesPeriod } from "../model/series-period.ts";
import { readTimes } from "../model/time-axis.ts";
import type { Source } from "../ports/source.ts";
import type { GroupedPartitions } from "../runs/grouped-partitions.ts";

/** The most rows that are read. Of more, evenly spread partitions are a sample. */
const MOST_ROWS = 1_000_000;
/** Partitions read at a time. */
const BLOCK = 500;
/** A group with fewer times at which several errors meet takes the correlation of all groups together. */
const FEWEST_TIMES = 10;

/** Sums over the partitions with an error at one time. */
interface Meeting {
  partitions: number;
  sum: number;
  squares: number;
  /** Sums of the errors' root mean squares, and of their squares. */
  deviations: number;
  variances: number;
}

/**
 * Sums of errors by group and time, from which comes their average correlation ρ. It is weighed by size: ρ is what makes
 * Σ σ² + ρ Σ_{i≠j} σ_i σ_j the mean square of the errors' sum, where σ is an error's root mean square.
 *
 * @see Eppen (1979), doi:10.1287/mnsc.25.5.498 (the deviation of pooled demand by its correlation)
 */
export class ErrorSums {
  readonly #groups = new Map<number, Map<number, Meeting>>();

  /** Adds the errors of one partition, NaN where missing, at their times. */
  add(group: number, times: ArrayLike<number>, errors: Float64Array): void {
    const finite = errors.filter(Number.isFinite);
    const variance = finite.reduce((sum, error) => sum + error * error, 0) / finite.length;
    if (!(variance > 0)) return;
    const meetings = this.#groups.get(group) ?? new Map<number, Meeting>();
    this.#groups.set(group, meetings);
    errors.forEach((error, i) => {
      const time = times[i];
      if (!Number.isFinite(error) || time === undefined) return;
      const at = meetings.get(time) ?? { partitions: 0, sum: 0, squares: 0, deviations: 0, variances: 0 };
      at.partitions++;
      at.sum += error;
      at.squares += error * error;
      at.deviations += Math.sqrt(variance);
      at.variances += variance;
      meetings.set(time, at);
    });
  }

  /** Returns the correlation within a group, from 0 to 1: of all groups together where it has too few errors; null where all have. */
  of(group: number | undefined): number | null {
    const meetings = (one: number) => [...(this.#groups.get(one)?.values() ?? [])].filter(({ partitions: n }) => n > 1);
    const ofGroup = group === undefined ? [] : meetings(group);
    const enough = ofGroup.length >= FEWEST_TIMES ? ofGroup : [...this.#groups.keys()].flatMap(meetings);
    if (enough.length < FEWEST_TIMES) return null;
    let [products, most] = [0, 0];
    for (const { sum, squares, deviations, variances } of enough) {
      products += sum * sum - squares;
      most += deviations * deviations - variances;
    }
    return Math.min(1, Math.max(0, products / most));
  }
}

/**
 * Reads the errors of seasonal naive forecasts of the observations that a run was trained on: each value less the one a season
 * of rows before. Undefined where the data are gone, or have no times or no target.
 *
 * @param grouped - the partitions that are meant, in groups
 */
export async function readErrorSums(
  source: Source,
  { snapshot, exports }: Pick<RunManifest, "snapshot" | "exports">,
  grouped: Pick<GroupedPartitions, "groupOf">,
): Promise<ErrorSums | undefined> {
  const { timeColumn, keyColumns, partitions, rows } = snapshot;
  const target = findTarget(exports, snapshot.columns)?.name;
  if (timeColumn === null || target === undefined) return undefined;
  const sums = new ErrorSums();
  const stride = Math.ceil(rows / MOST_ROWS);
  let lag: number | undefined;
  try {
    for (let from = 0; from < partitions; from += BLOCK * stride) {
      const end = Math.min(partitions, from + BLOCK * stride);
      const keys = await source.keys(snapshot, from, end);
      const block = keys.flatMap((key, i) => {
        const group = i % stride === 0 ? grouped.groupOf(encodeKey(keyColumns, key)) : undefined;
        return group === undefined ? [] : [{ group, ordinal: from + i }];
      });
      const { batch, offsets } = await source.read(
        snapshot,
        block.map(({ ordinal }) => ordinal),
      );
      for (const [i, { group }] of block.entries()) {
        const data = frame(batch, offsets[i], offsets[i + 1]);
        if (data.length < 2) continue;
        const y = data.numbers(target);
        const { type, times } = readTimes(data, timeColumn);
        lag ??= seasonOf(exports, y, detectInterval(times, type === "number" ? "number" : "time"));
        const season = lag;
        sums.add(
          group,
          times.subarray(season),
          y.subarray(season).map((value, t) => value - (y[t] ?? Number.NaN)),
        );
      }
    }
  } catch (error) {
    // Collected as garbage, or a target that is not numeric.
    if (error instanceof ManymodelError && (error.kind === "not-found" || error.kind === "input")) return undefined;
    throw error;
  }
  return sums;
}

/** Returns the season in rows: that of the run's exports, or as they decide it for this series; 1 without one. */
function seasonOf(exports: unknown, y: Float64Array, interval: Parameters<typeof seriesPeriod>[2]): number {
  const { period } = (exports ?? {}) as { readonly period?: unknown };
  if (!isPeriodRule(period)) return 1;
  return Math.max(1, Math.round(typeof period === "number" ? period : seriesPeriod(period, y, interval).period));
}
