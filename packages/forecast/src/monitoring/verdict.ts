import type { Findings, Thresholds } from "./detect.ts";

/**
 * Name of a verdict. `drift`: refine or replace the model. `watch`: the evidence is too weak for `drift`. `no-data`:
 * there are too few observations for a verdict.
 */
export type VerdictName = "ok" | "watch" | "drift" | "no-data";

/** The verdict on one series. */
export interface Verdict {
  readonly verdict: VerdictName;
  /** The findings behind the verdict, the strongest kind first; empty for `ok`. */
  readonly reasons: readonly string[];
  /** The distance beyond the thresholds: 1 is exactly at a threshold. */
  readonly severity: number;
}

/** From this share of the decision value on, a CUSUM is watched. */
const WATCHED_SHARE = 0.7;

/**
 * Judges a series by its findings and by its p-value adjusted over all series (`benjaminiHochberg`).
 *
 * A series drifts if a CUSUM is above its decision value, or the adjusted p-value is at or below the false discovery
 * rate. The reasons then name the tests whose own p-value is at or below the rate.
 */
export function judge(findings: Findings, adjusted: number, thresholds: Thresholds): Verdict {
  const { decision, falseDiscoveryRate: rate, watchRatio, watchShift } = thresholds;
  const basis = findings.n >= thresholds.minObservations;
  const sums: [string, number][] = [
    ["too-low", findings.up],
    ["too-high", findings.down],
    ["wide-errors", findings.spread],
  ];
  const tests: [string, number][] = [
    ["missing", findings.missingP],
    ...(basis
      ? [
          ["zeros", findings.zerosP] as [string, number],
          ...findings.coverage.map(({ level, p }) => [`coverage-${level}`, p] as [string, number]),
        ]
      : []),
  ];
  const over = (limit: number) => (basis ? sums.filter(([, sum]) => sum > limit).map(([name]) => name) : []);
  const small = tests.filter(([, p]) => p <= rate).map(([name]) => name);
  const moved = basis
    ? [
        ...(findings.ratio > watchRatio ? ["ratio"] : []),
        ...(Math.abs(findings.level) > watchShift ? ["level"] : []),
        ...(findings.dispersion > watchShift || findings.dispersion < 1 / watchShift ? ["spread"] : []),
      ]
    : [];
  const highest = basis ? Math.max(...sums.map(([, sum]) => sum)) / decision : 0;
  const evidence = Number.isNaN(adjusted) ? 0 : Math.log(Math.max(adjusted, 1e-300)) / Math.log(rate);
  const severity = Math.max(highest, evidence, 0);
  const discovered = adjusted <= rate;
  if (highest > 1 || discovered)
    return { verdict: "drift", reasons: [...over(decision), ...(discovered ? small : []), ...moved], severity };
  const watched = [...over(WATCHED_SHARE * decision), ...small, ...moved];
  if (watched.length > 0) return { verdict: "watch", reasons: watched, severity };
  return basis
    ? { verdict: "ok", reasons: [], severity }
    : { verdict: "no-data", reasons: [findings.n === 0 ? "no-actuals" : "few-actuals"], severity };
}
