import { at } from "../core/aligned.ts";
import { badness, comparedValue, type Metric } from "../core/metric.ts";
import type { RunManifest } from "../core/run.ts";
import type { GroupedPartitions } from "../runs/grouped-partitions.ts";
import { scoreGroups } from "./group-scores.ts";
import { type PartitionScore, scoreAt } from "./run-scores.ts";

/**
 * A metric over champions, as it chose them and as it is to be expected for new observations. The least of several
 * errors is low partly by chance, so the first value is too good.
 *
 * @see Smith & Winkler (2006), doi:10.1287/mnsc.1050.0451 (the optimizer's curse)
 */
export interface Expectation {
  /**
   * `last-origin`: the origins before the last one of the holdouts chose the champions, and the last one measured them.
   * `chance`: the holdout has one origin. `expected` then assumes that the difference between two runs at a partition,
   * beyond that of their means, is all chance. The true value lies between `chosen` and `expected`.
   */
  readonly by: "last-origin" | "chance";
  /** Number of champions that have the metric. */
  readonly partitions: number;
  /** The metric over the champions (see `scoreGroups`), on the data that chose them. */
  readonly chosen: number;
  readonly expected: number;
  /** The best single run, among the runs that have every partition, and its expected metric. */
  readonly alone: { readonly run: string; readonly expected: number } | null;
}

/** A run, and the one that it refined. */
export interface Refinable {
  readonly runId: string;
  readonly manifest: Pick<RunManifest, "refines">;
}

/** A partition's scores in the runs that have the metric, and the run that was chosen. */
export interface Contested {
  /** By the position of the run. */
  readonly scores: ReadonlyMap<number, PartitionScore>;
  readonly chosen: number;
}

/**
 * Returns what to expect of champions; null where none has the metric. Champions whose runs have several origins count if there are any.
 *
 * @param contested - partitions whose champion has the metric
 */
export function expectationOf(
  runs: readonly Refinable[],
  contested: readonly Contested[],
  metric: Metric,
  grouped: GroupedPartitions,
): Expectation | null {
  const judged = contested.filter(hasSeveralOrigins);
  const counted = judged.length > 0 ? judged : contested;
  if (counted.length === 0) return null;
  const over = (scores: readonly PartitionScore[]) => scoreGroups(scores, grouped, metric, false).all.value;
  const [choosing, judging] = judged.length > 0 ? (["earlier", "last"] as const) : (["last", "last"] as const);
  const scoresOf = (runOf: (partition: Contested) => number, origins: "earlier" | "last") =>
    counted.flatMap((partition) => {
      const score = partition.scores.get(runOf(partition));
      return score === undefined ? [] : [scoreAt(score, origins)];
    });
  const champions = (origins: "earlier" | "last") => scoresOf(({ chosen }) => chosen, origins);
  const whole = runs
    .map(({ runId }, run) => ({ runId, run, scores: scoresOf(() => run, choosing) }))
    .filter(({ scores }) => scores.length === counted.length)
    .sort((a, b) => badness(metric, over(a.scores)) - badness(metric, over(b.scores)))
    .at(0);
  return {
    by: judged.length > 0 ? "last-origin" : "chance",
    partitions: counted.length,
    chosen: over(champions(choosing)),
    expected: over(judged.length > 0 ? champions("last") : byChance(runs, counted, metric)),
    alone: whole === undefined ? null : { run: whole.runId, expected: over(scoresOf(() => whole.run, judging)) },
  };
}

/** Tells whether all runs of a partition have measured earlier origins than the last. */
export function hasSeveralOrigins({ scores }: Pick<Contested, "scores">): boolean {
  return [...scores.values()].every(({ earlier, last }) => earlier !== undefined && last !== undefined);
}

/**
 * Returns the champions' scores as they would be if chance alone made the difference between two runs at a partition, beyond the
 * difference of their means: a partition's mean over its runs, plus the mean distance from it of the champion's run over the other
 * partitions of the same runs. A run that refined another one had partitions of which that one's errors were large,
 * which in part is chance as well: there the champion is expected to be no better than the run that was refined.
 */
function byChance(runs: readonly Refinable[], contested: readonly Contested[], metric: Metric): PartitionScore[] {
  const refined = runs.map(({ manifest }) => runs.findIndex(({ runId }) => runId === manifest.refines));
  const alike = new Map<string, Comparable[]>();
  for (const { scores, chosen } of contested) {
    const score = scores.get(chosen);
    if (score === undefined) continue;
    const plain = [...scores].filter(([run]) => !scores.has(at(refined, run)));
    const run = plain.some(([other]) => other === chosen) ? chosen : at(refined, chosen);
    const middle = meanOf(plain.map(([, other]) => errorsOf(other, metric)));
    const distances = plain.map(([other, one]) => [other, minus(errorsOf(one, metric), middle)] as const);
    const key = plain.map(([other]) => other).join();
    const partition = { score, run, middle, distances: new Map(distances) };
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [partition]);
    else others.push(partition);
  }
  return [...alike.values()].flatMap(expectedOf);
}

/** A partition's metric and mean absolute error. */
type Errors = Pick<PartitionScore, "value" | "error">;

/** A champion's score, the run that it counts for, and the runs that nothing chose: their mean, and the distance of each from it. */
interface Comparable {
  readonly score: PartitionScore;
  readonly run: number;
  readonly middle: Errors;
  readonly distances: ReadonlyMap<number, Errors>;
}

/** Returns the scores to expect by chance of partitions that have the same runs. */
function expectedOf(partitions: readonly Comparable[]): PartitionScore[] {
  const runs = [...new Set(partitions.flatMap(({ distances }) => [...distances.keys()]))];
  const totals = new Map(
    runs.map((run) => [run, total(partitions.map(({ distances }) => distances.get(run) ?? NONE))]),
  );
  const others = Math.max(1, partitions.length - 1);
  return partitions.map(({ score, run, middle, distances }) => {
    const { value, error } = minus(totals.get(run) ?? NONE, distances.get(run) ?? NONE);
    return { ...score, value: middle.value + value / others, error: middle.error + error / others };
  });
}

const NONE: Errors = { value: 0, error: 0 };

const errorsOf = ({ value, error }: Errors, metric: Metric): Errors => ({ value: comparedValue(metric, value), error });

const minus = (a: Errors, b: Errors): Errors => ({ value: a.value - b.value, error: a.error - b.error });

const total = (all: readonly Errors[]): Errors =>
  all.reduce((sum, { value, error }) => ({ value: sum.value + value, error: sum.error + error }), NONE);

function meanOf(all: readonly Errors[]): Errors {
  const { value, error } = total(all);
  return { value: value / all.length, error: error / all.length };
}
