import type { IndexedSegment } from "../core/artifact.ts";
import {
  addEvidence,
  type GateCulprit,
  type GateEvidence,
  type GateRule,
  type GateVerdict,
  judgeGate,
  NO_EVIDENCE,
  worstCulprits,
} from "../core/gate.ts";
import { checkSameKeys } from "../core/partition-key.ts";
import type { ModelVersion } from "../core/registry.ts";
import { startCrew } from "../crew/crew.ts";
import type { Engine } from "../ports/engine.ts";
import { completedRun, getSource, readIndex } from "../runs/read-index.ts";
import type { RunContext } from "../runs/run-context.ts";
import type { SegmentJudgement } from "../work/judge-segment.ts";
import type { WorkerRequest } from "../work/worker.ts";

/** Two versions to compare, and the rule to judge the candidate by. */
export interface GateSpec {
  readonly candidate: ModelVersion;
  /** The version that the alias means. */
  readonly current: ModelVersion;
  readonly rule: GateRule;
  /** The number of last observations of each partition that are forecast. */
  readonly holdout: number;
  /** The column that both forecast. */
  readonly target: string;
  readonly workers: number;
}

/** A verdict, its evidence, and the partitions that count against the candidate, the worst first. */
export interface Judgement extends GateVerdict {
  readonly evidence: GateEvidence;
  /**
   * Number of partitions with a model in both versions that cannot be judged: their series are too short, or have no
   * forecast from the origin.
   */
  readonly unjudged: number;
  readonly culprits: readonly GateCulprit[];
}

/**
 * Judges whether a version forecasts the last observations as well as another one does, each as it would have been before
 * these observations (see `judgeSegment`), over the partitions that both have a model of. Partitions of which both versions
 * would have been the same are fitted only where others differ.
 *
 * @throws {ManymodelError} `conflict` if the versions are of other keys; `corrupt` if an artifact was changed
 */
export async function judgeVersions(
  engine: Engine,
  { candidate, current, rule, holdout, target, workers }: GateSpec,
  context: RunContext,
): Promise<Judgement> {
  const named = ({ model, version, keyColumns }: ModelVersion) => ({ name: `${model} ${version}`, keyColumns });
  checkSameKeys("conflict", named(current), named(candidate));
  const { manifest: ours } = await completedRun(engine, candidate.runId);
  const { manifest: theirs } = await completedRun(engine, current.runId);
  const index = await readIndex(
    engine.stage,
    candidate.index,
    `${candidate.model} ${candidate.version} was registered`,
  );
  const request = (segment: IndexedSegment, measures: boolean): WorkerRequest => {
    return {
      type: "judge-segment",
      segment,
      candidate: { ...getSource(index, segment), seed: ours.seed },
      snapshot: ours.snapshot,
      current,
      currentSeed: theirs.seed,
      currentSnapshot: theirs.snapshot,
      target,
      holdout,
      metric: rule.metric,
      measures,
    };
  };
  const crew = await startCrew(context, Math.max(1, Math.min(workers, index.segments.length)));
  const pass = async (measures: boolean): Promise<SegmentJudgement> => {
    const results = new Map<IndexedSegment, SegmentJudgement>();
    const waiting = index.segments[Symbol.iterator]();
    let ended = 0;
    await crew.run(async (member, signal) => {
      for (let next = waiting.next(); !next.done && !signal.aborted; next = waiting.next()) {
        results.set(next.value, await member.call<SegmentJudgement>(request(next.value, measures)));
        ended += next.value.rows;
        context.onProgress({ total: index.partitions, done: ended, failed: 0 });
      }
    });
    // Members end in any order; sums of numbers are taken in that of the segments.
    const parts = index.segments.flatMap((segment) => results.get(segment) ?? []);
    return {
      evidence: parts.reduce((sum, { evidence }) => addEvidence(sum, evidence), NO_EVIDENCE),
      unjudged: parts.reduce((sum, { unjudged }) => sum + unjudged, 0),
      culprits: parts.flatMap(({ culprits }) => culprits),
    };
  };
  try {
    const compared = await pass(false);
    const measured = compared.evidence.differing > 0 ? await pass(true) : undefined;
    const { fresh, outside } = compared.evidence;
    const evidence = { ...(measured ?? compared).evidence, fresh, outside };
    const { partitions, failed, skipped } = index;
    const verdict = judgeGate(rule, evidence, { partitions, failed: failed + skipped });
    const errors = measured?.culprits.filter(({ reason }) => reason === "errors") ?? [];
    const culprits = worstCulprits([...compared.culprits, ...errors]);
    const { unjudged } = measured ?? compared;
    return { ...verdict, evidence, unjudged, culprits };
  } finally {
    await crew.close();
  }
}
