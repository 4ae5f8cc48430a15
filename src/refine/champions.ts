import { at } from "../core/aligned.ts";
import { otherData } from "../core/columns/other-data.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { badness, improvement, type Metric } from "../core/metric.ts";
import { checkSameKeys } from "../core/partition-key.ts";
import { type IndexSummary, newRunId, type RunManifest } from "../core/run.ts";
import { type Collected, collectRun, joinIndexes, selected } from "../pipeline/collect-run.ts";
import type { Engine } from "../ports/engine.ts";
import { groupPartitions } from "../runs/grouped-partitions.ts";
import type { RunContext } from "../runs/run-context.ts";
import { type Contested, type Expectation, expectationOf, hasSeveralOrigins } from "./expectation.ts";
import { scoreGroups } from "./group-scores.ts";
import { checkSameDirection, type PartitionScore, type RunScores, readScores, scoreAt } from "./run-scores.ts";

/** The runs whose best partitions to collect, and the metric that decides. */
export interface ChampionsSpec {
  /** Completed runs. If two tie and cost the same, the first in this list wins. */
  readonly runs: readonly string[];
  /** A metric of all the runs; the first run's default when left out (see `findMetric`). */
  readonly metric?: string;
  readonly runId?: string;
  /** True to compare even partitions whose data differ between the runs. */
  readonly acrossData?: boolean;
  /**
   * Attributes of partitions. One run is then the best for a whole group, by the metric over the group (see
   * `scoreGroups`).
   */
  readonly group?: string | readonly string[];
  /** True to weigh partitions by their turnover in the metric of a group. */
  readonly weighByValue?: boolean;
  /**
   * Values that are worse than the best by at most this share tie with it; default 0. Among ties the run that costs
   * less wins.
   */
  readonly tie?: number;
}

/** A run-like collection of the best partitions of several runs. */
export interface Champions {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  /** The number of partitions that each run contributes. */
  readonly from: Readonly<Record<string, number>>;
  /** The metric that decided. */
  readonly metric: string;
  /** The metric as the champions chose it, and as it is to be expected; null if no champion has it. */
  readonly expectation: Expectation | null;
}

interface Champion {
  /** The position of its run among those that are compared, and that run's id. */
  readonly run: number;
  readonly runId: string;
  readonly score: PartitionScore;
}

/**
 * Collects, for every partition of any of the runs, the best one among them: the best usable metric; without any, a
 * model rather than none. Where all runs of a partition have several origins (`train.origins`), the origins before the last
 * choose, and the last says what to expect. Ties go to the run whose models take less than half the time to fit.
 * No artifact is copied: the index selects rows of the runs' own segments. The result can be registered, scored and compared like a
 * run. Without ties by `tie`, the mean of the metric that chose is never worse than that of any of the runs on the partitions that they have
 * in common.
 *
 * @throws {ManymodelError} `usage` without two different runs, or for a `tie` that is no share; `conflict` if their keys, a partition's data, or which values of the
 *   metric are better, differ
 */
export async function collectChampions(
  engine: Engine,
  spec: ChampionsSpec,
  { now, packageVersion }: Pick<RunContext, "now" | "packageVersion">,
): Promise<Champions> {
  const names = [...new Set(spec.runs)];
  if (names.length < 2)
    throw new ManymodelError("usage", `champions need at least two different runs; there is ${names.length}`);
  const runs: RunScores[] = [];
  for (const name of names) runs.push(await readScores(engine, name, spec.metric ?? runs[0]?.metric.name));
  const first = at(runs, 0);
  const { metric } = first;
  checkAlike(runs);
  const { tie = 0 } = spec;
  if (!(tie >= 0 && tie < 1))
    throw new ManymodelError(
      "usage",
      `tie is ${show(tie)}; it must be a share of at least 0 and below 1, such as 0.01`,
    );
  const champions = choose(await ofBestRuns(engine, byOrigins(runs), metric, spec), metric, spec);
  const created = now();
  const plan = {
    ...first.manifest,
    runId: spec.runId ?? newRunId("champions", created, Math.random),
    createdAt: created.toISOString(),
    packageVersion,
    mode: "champions" as const,
    champions: { runs: names, metric: metric.name },
    definition: { ...first.manifest.definition, predicts: runs.every((run) => run.manifest.definition.predicts) },
  };
  const { manifest, index } = await collectRun(engine, plan, collected(runs, champions));
  const counts = names.map((name, i) => [name, [...champions.values()].filter(({ run }) => run === i).length] as const);
  const expectation = expectationOf(runs, contestedBy(runs, champions), metric, await groupPartitions(engine, {}));
  return { runId: plan.runId, manifest, index, from: Object.fromEntries(counts), metric: metric.name, expectation };
}

/** Returns each partition's usable scores by the position of their run. */
function usableScores(runs: readonly RunScores[]): Map<string, Map<number, PartitionScore>> {
  const usable = new Map<string, Map<number, PartitionScore>>();
  for (const [run, { scores }] of runs.entries())
    for (const score of scores) {
      if (score.why !== null) continue;
      const others = usable.get(score.partitionKey);
      if (others === undefined) usable.set(score.partitionKey, new Map([[run, score]]));
      else others.set(run, score);
    }
  return usable;
}

/** Returns the runs with the scores that choose: those of the origins before the last, where all runs of a partition have them. */
function byOrigins(runs: readonly RunScores[]): readonly RunScores[] {
  const usable = usableScores(runs);
  const origins = ({ partitionKey }: PartitionScore) => {
    const scores = usable.get(partitionKey);
    return scores !== undefined && hasSeveralOrigins({ scores }) ? "earlier" : "last";
  };
  return runs.map((run) => ({ ...run, scores: run.scores.map((score) => scoreAt(score, origins(score))) }));
}

/** Returns the partitions whose champion has the metric. */
function contestedBy(runs: readonly RunScores[], champions: ReadonlyMap<string, Champion>): Contested[] {
  return Array.from(usableScores(runs), ([key, scores]) => ({ scores, chosen: champions.get(key)?.run ?? -1 })).filter(
    ({ scores, chosen }) => scores.has(chosen),
  );
}

/**
 * Returns the runs, each with the scores of those groups only whose best run it is; all runs as they are without
 * groups.
 */
async function ofBestRuns(
  engine: Engine,
  runs: readonly RunScores[],
  metric: Metric,
  { group = [], weighByValue = false }: ChampionsSpec,
): Promise<readonly RunScores[]> {
  if (group.length === 0) return runs;
  const grouped = await groupPartitions(engine, { group, weighByValue });
  const best = grouped.groups.map((): { run: number; value: number } => ({ run: -1, value: Number.NaN }));
  for (const [run, { scores }] of runs.entries()) {
    const { groups } = scoreGroups(scores, grouped, metric, weighByValue);
    for (const { group, value } of groups) {
      const champion = best[grouped.groups.indexOf(group)];
      if (champion === undefined) continue;
      const isBetter = Number.isNaN(champion.value)
        ? !Number.isNaN(value)
        : improvement(metric, champion.value, value) > 0;
      if (champion.run < 0 || isBetter) Object.assign(champion, { run, value });
    }
  }
  const isOfBest = ({ partitionKey }: PartitionScore, run: number) =>
    best[grouped.groupOf(partitionKey) ?? -1]?.run === run;
  // A partition that failed in the best run of its group has the best model of the others.
  const decided = new Set<string>();
  for (const [run, { scores }] of runs.entries())
    for (const score of scores)
      if (score.outcome === "succeeded" && isOfBest(score, run)) decided.add(score.partitionKey);
  return runs.map((run, i) => ({
    ...run,
    scores: run.scores.filter((score) => !decided.has(score.partitionKey) || isOfBest(score, i)),
  }));
}

function choose(
  runs: readonly RunScores[],
  metric: Metric,
  { acrossData = false, tie = 0 }: ChampionsSpec,
): Map<string, Champion> {
  const candidates = new Map<string, Champion[]>();
  for (const [run, { runId, scores }] of runs.entries())
    for (const score of scores) {
      const others = candidates.get(score.partitionKey);
      if (others === undefined) candidates.set(score.partitionKey, [{ run, runId, score }]);
      else others.push({ run, runId, score });
    }
  const costs = runs.map(({ scores }) => medianTime(scores));
  const champions = new Map<string, Champion>();
  for (const [partitionKey, all] of candidates) {
    const usable = all.filter(({ score }) => score.why === null);
    const champion =
      cheapest(tied(usable, metric, tie), costs) ?? all.find(({ score }) => score.outcome === "succeeded");
    const [first] = usable;
    if (champion !== undefined && first !== undefined && !acrossData) {
      const data = [first.score.dataSha256, champion.score.dataSha256] as const;
      const why = otherData(first.runId, champion.runId, [{ partitionKey, data }]);
      if (why !== null) throw new ManymodelError("conflict", `${why}, or add --across-data`);
    }
    champions.set(partitionKey, champion ?? at(all, 0));
  }
  return champions;
}

/** Returns those of usable scores that are as good as the best, or worse by at most a share of it. */
function tied(usable: readonly Champion[], metric: Metric, tie: number): readonly Champion[] {
  const least = usable.reduce((least, { score }) => Math.min(least, badness(metric, score.value)), Infinity);
  return usable.filter(({ score }) => badness(metric, score.value) <= least + tie * Math.abs(least));
}

/** A shorter time to fit says nothing of a run's cost. */
const LEAST_COST_MS = 1;

/** Returns the first whose run no other undercuts by half. */
function cheapest(ties: readonly Champion[], costs: readonly number[]): Champion | undefined {
  const costOf = ({ run }: Champion) => Math.max(LEAST_COST_MS, at(costs, run));
  return ties.reduce<Champion | undefined>(
    (champion, other) => (champion === undefined || 2 * costOf(other) < costOf(champion) ? other : champion),
    undefined,
  );
}

/** Returns the median time of a run's fits, in milliseconds. */
function medianTime(scores: readonly PartitionScore[]): number {
  const times = scores.flatMap(({ outcome, fitMs }) => (outcome === "succeeded" ? [fitMs] : [])).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** Returns the segments that champions are in, with those rows of them that are some. */
function collected(runs: readonly RunScores[], champions: Map<string, Champion>): Collected {
  const chosen = new Map<string, PartitionScore[]>();
  for (const { run, score } of champions.values()) {
    const place = `${run}:${score.segment}`;
    const champion = chosen.get(place);
    if (champion === undefined) chosen.set(place, [score]);
    else champion.push(score);
  }
  return runs
    .map(({ modelIndex: { sources, segments } }, run): Collected => {
      const parts = segments.map((segment, i) => selected(segment, chosen.get(`${run}:${i}`) ?? []));
      return { sources, segments: parts.filter((part) => part !== undefined) };
    })
    .reduce(joinIndexes);
}

function checkAlike(runs: readonly RunScores[]): void {
  const [first, ...others] = runs.map(({ runId, manifest }) => {
    return { name: `run ${runId}`, keyColumns: manifest.snapshot.keyColumns };
  });
  if (first !== undefined) for (const other of others) checkSameKeys("conflict", first, other);
  checkSameDirection(runs);
}
