import { badness, type Metric } from "../core/metric.ts";
import type { Engine } from "../ports/engine.ts";
import { type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

/** The gains of refining so far: how often each partition was refined, and by what share shortfalls fell. */
export interface Refinements {
  readonly times: ReadonlyMap<string, number>;
  /** Mean share of the shortfall that a refinement took away. */
  readonly share: number;
}

/** The gain expected before anything was refined: a contest takes away a tenth of the error. */
const SHARE_AT_FIRST = 0.1;

/**
 * Returns how far a value is from the best there can be: of an error, the error itself. Where the best is not declared, it
 * is the best of the scores.
 */
function shortfallOf(metric: Metric, scores: readonly PartitionScore[]): (value: number) => number {
  const usable = scores.filter(({ why }) => why === null).map(({ value }) => badness(metric, value));
  const least =
    metric.best === undefined ? usable.reduce((a, b) => Math.min(a, b), Infinity) : badness(metric, metric.best);
  return (value) => badness(metric, value) - least;
}

/** Reads what completed runs that refined this one have brought. */
export async function refinementsOf(engine: Engine, run: RunScores): Promise<Refinements> {
  const shortfall = shortfallOf(run.metric, run.scores);
  const before = new Map(run.scores.map((score) => [score.partitionKey, shortfall(score.value)]));
  const times = new Map<string, number>();
  let total = 0;
  let count = 0;
  for (const { runId, state, manifest } of await engine.catalog.runs()) {
    if (state !== "completed" || manifest?.refines !== run.runId) continue;
    for (const { partitionKey, value, outcome } of (await readScores(engine, runId, run.metric.name)).scores) {
      if (outcome === "skipped") continue;
      times.set(partitionKey, (times.get(partitionKey) ?? 0) + 1);
      const old = before.get(partitionKey) ?? NaN;
      if (!(old > 0) || !Number.isFinite(value)) continue;
      total += Math.max(0, 1 - shortfall(value) / old);
      count++;
    }
  }
  return { times, share: count > 0 ? total / count : SHARE_AT_FIRST };
}

/**
 * Returns the expected improvement of a partition's metric per CPU second of refining it: its shortfall, times the share that refining
 * takes away (halved for every time it was refined already), divided by the seconds that a series of its length takes.
 * The time is that of the run per observation, not the partition's own: a single measurement says little.
 */
export function expectedGains(
  scores: readonly PartitionScore[],
  { times, share }: Refinements,
  metric: Metric,
): (score: PartitionScore) => number {
  const shortfall = shortfallOf(metric, scores);
  const total = (of: (score: PartitionScore) => number) => scores.reduce((sum, score) => sum + of(score), 0);
  const secondsPerObservation =
    total(({ fitMs }) => fitMs) /
    1000 /
    Math.max(
      1,
      total(({ nObs }) => nObs),
    );
  return ({ partitionKey, value, nObs }) => {
    const expected = shortfall(value) * share * 0.5 ** (times.get(partitionKey) ?? 0);
    return expected / Math.max(1e-6, secondsPerObservation * nObs);
  };
}
