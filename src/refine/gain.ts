import type { Engine } from "../ports/engine.ts";
import { type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

/** What refining has brought so far: how often each partition was refined, and by what share errors fell. */
export interface Refinements {
  readonly times: ReadonlyMap<string, number>;
  /** Mean share of the error that a refinement took away. */
  readonly share: number;
}

/** What is expected before anything was refined: a contest takes away a tenth of the error. */
const SHARE_AT_FIRST = 0.1;

/** Reads what completed runs that refined this one have brought. */
export async function refinementsOf(engine: Engine, run: RunScores, metric: string): Promise<Refinements> {
  const before = new Map(run.scores.map((score) => [score.partitionKey, score.value]));
  const times = new Map<string, number>();
  let total = 0;
  let count = 0;
  for (const { runId, state, manifest } of await engine.catalog.runs()) {
    if (state !== "completed" || manifest?.refines !== run.runId) continue;
    for (const { partitionKey, value, outcome } of (await readScores(engine, runId, metric)).scores) {
      if (outcome === "skipped") continue;
      times.set(partitionKey, (times.get(partitionKey) ?? 0) + 1);
      const old = before.get(partitionKey) ?? NaN;
      if (!(old > 0) || !Number.isFinite(value)) continue;
      total += Math.max(0, 1 - value / old);
      count++;
    }
  }
  return { times, share: count > 0 ? total / count : SHARE_AT_FIRST };
}

/**
 * Expected improvement of a partition's metric per CPU second of refining it: its error, times the share that refining
 * takes away (halved for every time it was refined already), divided by the seconds that a series of its length takes.
 * The time is that of the run per observation, not the partition's own: a single measurement says little.
 */
export function expectedGains(
  scores: readonly PartitionScore[],
  { times, share }: Refinements,
): (score: PartitionScore) => number {
  const total = (of: (score: PartitionScore) => number) => scores.reduce((sum, score) => sum + of(score), 0);
  const secondsPerObservation =
    total(({ fitMs }) => fitMs) /
    1000 /
    Math.max(
      1,
      total(({ nObs }) => nObs),
    );
  return ({ partitionKey, value, nObs }) => {
    const expected = value * share * 0.5 ** (times.get(partitionKey) ?? 0);
    return expected / Math.max(1e-6, secondsPerObservation * nObs);
  };
}
