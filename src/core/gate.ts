/** Measures by which two versions are compared. All of them are over all observations of all partitions together. */
export const GATE_METRICS = ["wape", "mae", "rmse"] as const;
/** A measure that compares two versions. */
export type GateMetric = (typeof GATE_METRICS)[number];

/** The conditions under which an alias moves to a new version. */
export interface GateRule {
  readonly metric: GateMetric;
  /** The largest ratio of the new version's metric to that of the version the alias means. */
  readonly atMost: number;
  /** The most partitions without a model: a whole number, or a share below 1. */
  readonly maxFailed: number;
  /** The largest share of new observations outside the 95 % intervals of the version the alias means. */
  readonly maxOutside: number;
}

/**
 * The record of two versions on one set of observations. Its numbers are sums over observations, so records can be
 * added up.
 */
export interface GateEvidence {
  /** Number of partitions with a model in both versions and enough observations to judge. */
  readonly judged: number;
  /**
   * Number of these partitions for which the versions differ in definition, exports, seed, or data before the origin.
   */
  readonly differing: number;
  /** Number of observations with a forecast. */
  readonly observations: number;
  /**
   * Sums over these observations of their absolute values and of both versions' losses: absolute errors, or squared
   * errors for rmse.
   */
  readonly size: number;
  readonly candidateLoss: number;
  readonly currentLoss: number;
  /** Number of observations since the current version was trained, and of those outside its 95 % intervals. */
  readonly fresh: number;
  readonly outside: number;
}

/** A version's partitions, and how many of them have no model. */
export interface GateCounts {
  readonly partitions: number;
  readonly failed: number;
}

/** The part of the rule that a version breaks. */
export type GateReason = "errors" | "failed" | "outside" | "no-evidence";

/** The verdict on a version. */
export interface GateVerdict {
  readonly passes: boolean;
  readonly reasons: readonly GateReason[];
  /** The ratio of the candidate's metric to the current version's; null if no partition can be judged. */
  readonly ratio: number | null;
  readonly candidate: number | null;
  readonly current: number | null;
  readonly failedShare: number;
  /** The share of new observations outside the intervals; null without new observations. */
  readonly outsideShare: number | null;
}

/** A partition that counts against a version. */
export interface GateCulprit {
  readonly partitionKey: string;
  readonly reason: "errors" | "failed" | "outside";
  readonly why: string;
  /** Its weight: higher is worse. Weights are comparable within one reason only. */
  readonly weight: number;
}

/** The number of partitions that are named for each reason. */
const NAMED = 10;

/** Returns the partitions that count most, by reason, the worst first. */
export function worstCulprits(culprits: readonly GateCulprit[]): GateCulprit[] {
  return (["errors", "failed", "outside"] as const).flatMap((reason) =>
    culprits
      .filter((culprit) => culprit.reason === reason)
      .sort((a, b) => b.weight - a.weight || (a.partitionKey < b.partitionKey ? -1 : 1))
      .slice(0, NAMED),
  );
}

/** The evidence of no partition. */
export const NO_EVIDENCE: GateEvidence = {
  judged: 0,
  differing: 0,
  observations: 0,
  size: 0,
  candidateLoss: 0,
  currentLoss: 0,
  fresh: 0,
  outside: 0,
};

/** Adds up the evidence of two sets of partitions. */
export function addEvidence(a: GateEvidence, b: GateEvidence): GateEvidence {
  return {
    judged: a.judged + b.judged,
    differing: a.differing + b.differing,
    observations: a.observations + b.observations,
    size: a.size + b.size,
    candidateLoss: a.candidateLoss + b.candidateLoss,
    currentLoss: a.currentLoss + b.currentLoss,
    fresh: a.fresh + b.fresh,
    outside: a.outside + b.outside,
  };
}

/** Judges a version by the rule. Versions that differ in no partition have the ratio 1. */
export function judgeGate(rule: GateRule, evidence: GateEvidence, { partitions, failed }: GateCounts): GateVerdict {
  const { judged, differing, fresh, outside } = evidence;
  const [candidate, current] = [
    measured(rule.metric, evidence, "candidateLoss"),
    measured(rule.metric, evidence, "currentLoss"),
  ];
  const ratio = judged === 0 ? null : differing === 0 ? 1 : ratioOf(evidence, rule.metric);
  const allowed = rule.maxFailed > 0 && rule.maxFailed < 1 ? rule.maxFailed * partitions : rule.maxFailed;
  const outsideShare = fresh === 0 ? null : outside / fresh;
  const reasons: GateReason[] = [];
  if (failed > allowed) reasons.push("failed");
  if (ratio === null) reasons.push("no-evidence");
  else if (!(ratio <= rule.atMost)) reasons.push("errors");
  if (outsideShare !== null && outsideShare > rule.maxOutside) reasons.push("outside");
  const failedShare = partitions === 0 ? 0 : failed / partitions;
  return { passes: reasons.length === 0, reasons, ratio, candidate, current, failedShare, outsideShare };
}

function measured(metric: GateMetric, evidence: GateEvidence, of: "candidateLoss" | "currentLoss"): number | null {
  const { observations, size } = evidence;
  if (observations === 0) return null;
  if (metric === "wape") return size === 0 ? null : (100 * evidence[of]) / size;
  const mean = evidence[of] / observations;
  return metric === "rmse" ? Math.sqrt(mean) : mean;
}

/** Returns the candidate's error divided by the current version's, 1 if both have none. */
function ratioOf({ candidateLoss, currentLoss }: GateEvidence, metric: GateMetric): number {
  const ratio = candidateLoss === currentLoss ? 1 : candidateLoss / currentLoss;
  return metric === "rmse" ? Math.sqrt(ratio) : ratio;
}
