import { at } from "../core/aligned.ts";
import { otherData } from "../core/columns/other-data.ts";
import { ManymodelError } from "../core/errors.ts";
import { improvement, type Metric } from "../core/metric.ts";
import { checkSameKeys } from "../core/partition-key.ts";
import { type IndexSummary, newRunId, type RunManifest } from "../core/run.ts";
import { type Collected, collectRun, joinIndexes, selected } from "../pipeline/collect-run.ts";
import type { Engine } from "../ports/engine.ts";
import { groupPartitions } from "../runs/grouped-partitions.ts";
import type { RunContext } from "../runs/run-context.ts";
import { scoreGroups } from "./group-scores.ts";
import { checkSameDirection, type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

/** The runs whose best partitions to collect, and the metric that decides. */
export interface ChampionsSpec {
  /** Completed runs; where two are equally good, the one named first wins. */
  readonly runs: readonly string[];
  /** A metric of all the runs; the first run's default when left out (see `findMetric`). */
  readonly metric?: string;
  readonly runId?: string;
  /** Compare even partitions whose data differ between the runs. */
  readonly acrossData?: boolean;
  /** Attributes of partitions: one run is the best of a whole group, by the metric over the group (see `scoreGroups`). */
  readonly group?: string | readonly string[];
  /** True if partitions weigh by their turnover in the metric of a group. */
  readonly weighByValue?: boolean;
}

/** A run-like collection of the best partitions of several runs. */
export interface Champions {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  /** The number of partitions that each run contributes. */
  readonly from: Readonly<Record<string, number>>;
}

interface Champion {
  /** The position of its run among those that are compared, and that run's id. */
  readonly run: number;
  readonly runId: string;
  readonly score: PartitionScore;
}

/**
 * Collects, for every partition of any of the runs, the best one among them: the best usable metric; without any, a
 * model rather than none. No artifact is copied: the index selects rows of the runs' own segments. The result can be
 * registered, scored and compared like a run. The mean of its metric is never worse than that of any of the runs on the
 * partitions that they have in common.
 *
 * @throws {ManymodelError} `usage` without two different runs; `conflict` if their keys, a partition's data, or which values of the
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
  checkAlike(runs);
  const champions = choose(await ofBestRuns(engine, runs, first.metric, spec), first.metric, spec);
  const created = now();
  const plan = {
    ...first.manifest,
    runId: spec.runId ?? newRunId("champions", created, Math.random),
    createdAt: created.toISOString(),
    packageVersion,
    mode: "champions" as const,
    champions: { runs: names, metric: first.metric.name },
    definition: { ...first.manifest.definition, predicts: runs.every((run) => run.manifest.definition.predicts) },
  };
  const { manifest, index } = await collectRun(engine, plan, collected(runs, champions));
  const counts = names.map((name, i) => [name, [...champions.values()].filter(({ run }) => run === i).length] as const);
  return { runId: plan.runId, manifest, index, from: Object.fromEntries(counts) };
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
  { acrossData = false }: ChampionsSpec,
): Map<string, Champion> {
  const champions = new Map<string, Champion>();
  for (const [run, { runId, scores }] of runs.entries())
    for (const score of scores) {
      const { partitionKey } = score;
      const champion = champions.get(partitionKey);
      if (champion === undefined) champions.set(partitionKey, { run, runId, score });
      else if (isBetter(metric, score, champion.score)) {
        const data = [champion.score.dataSha256, score.dataSha256] as const;
        const why = otherData(champion.runId, runId, [{ partitionKey, data }]);
        if (why !== null && champion.score.why === null && !acrossData)
          throw new ManymodelError("conflict", `${why}, or add --across-data`);
        champions.set(partitionKey, { run, runId, score });
      }
    }
  return champions;
}

/** Tells whether `a` beats `b`: by its metric, by having a usable metric, or by having a model if neither has a metric. */
function isBetter(metric: Metric, a: PartitionScore, b: PartitionScore): boolean {
  if (a.why === null) return b.why !== null || improvement(metric, b.value, a.value) > 0;
  return b.why !== null && a.outcome === "succeeded" && b.outcome !== "succeeded";
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
