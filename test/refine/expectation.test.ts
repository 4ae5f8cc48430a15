import { normal, random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import { at } from "../../src/core/aligned.ts";
import { metricOf } from "../../src/core/metric.ts";
import { type Contested, expectationOf } from "../../src/refine/expectation.ts";
import type { PartitionScore } from "../../src/refine/run-scores.ts";

const MASE = metricOf("holdout_mase");
const PARTITIONS = 1_000;
/** The noise of an error from one origin, and the true mean error. */
const NOISE = 0.2;
const TRUTH = 1;
/** The expected least of so many independent standard normal values: 0, -1/√π, -3/(2√π), and of ten by tables (Harter 1961). */
const EXPECTED_LEAST = { 2: -1 / Math.sqrt(Math.PI), 3: -1.5 / Math.sqrt(Math.PI), 10: -1.53875 };

const grouped = { by: [], groups: [{}], groupOf: () => 0, valueOf: () => Number.NaN };

/** Runs by their names; the named one refined another. */
const runsOf = (names: readonly string[], refines: Readonly<Record<string, string>> = {}) =>
  names.map((runId) => ({ runId, manifest: { refines: refines[runId] ?? null } }));

const measured = (value: number) => ({ value, error: value, size: 10 });
const score = (value: number, parts: Pick<PartitionScore, "earlier" | "last"> = {}): PartitionScore => ({
  ...{ partitionKey: "s:A", outcome: "succeeded", why: null, ...measured(value), ...parts },
  ...{ modelKind: null, nObs: 1, fitMs: 1, dataSha256: null, segment: 0, at: 0 },
});

/** Partitions whose runs have errors by a rule; the one with the least chooses. */
function contested(
  runs: number,
  errorOf: (partition: number, run: number) => number,
  partitions = PARTITIONS,
): Contested[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const errors = Array.from({ length: runs }, (_, run) => errorOf(partition, run));
    return {
      scores: new Map(errors.map((error, run) => [run, score(error)])),
      chosen: errors.indexOf(Math.min(...errors)),
    };
  });
}

describe("expectationOf", () => {
  for (const runs of [2, 3, 10] as const)
    it(`measures the optimism of choosing among ${runs} runs of equal skill`, () => {
      const uniform = random(runs);
      // Partitions differ much more than runs do.
      const level = Array.from({ length: PARTITIONS }, () => normal(uniform));
      const partitions = contested(runs, (partition) => TRUTH + at(level, partition) + NOISE * normal(uniform));
      const truth = TRUTH + level.reduce((sum, value) => sum + value, 0) / PARTITIONS;
      const names = Array.from({ length: runs }, (_, run) => `run-${run}`);
      const expectation = expectationOf(runsOf(names), partitions, MASE, grouped);
      // Closed form; four standard errors of the mean over the partitions.
      const error = (4 * NOISE) / Math.sqrt(PARTITIONS);
      expect(expectation?.by).toBe("chance");
      expect(Math.abs((expectation?.chosen ?? NaN) - truth - NOISE * EXPECTED_LEAST[runs])).toBeLessThan(error);
      expect(Math.abs((expectation?.expected ?? NaN) - truth)).toBeLessThan(error);
      expect(Math.abs((expectation?.alone?.expected ?? NaN) - truth)).toBeLessThan(error);
    });

  it("is exact of few partitions too: the champion's own luck is not held for its run's skill", () => {
    const uniform = random(11);
    let sum = 0;
    const times = 500;
    for (let time = 0; time < times; time++) {
      const few = contested(2, () => TRUTH + NOISE * normal(uniform), 3);
      sum += expectationOf(runsOf(["a", "b"]), few, MASE, grouped)?.expected ?? NaN;
    }
    expect(Math.abs(sum / times - TRUTH)).toBeLessThan((4 * NOISE) / Math.sqrt(times));
  });

  it("keeps the difference between the runs' means", () => {
    const uniform = random(12);
    // The second run is better everywhere: no choice among noise makes it worse than that.
    const partitions = contested(2, (_, run) => TRUTH - 2 * run + NOISE * normal(uniform));
    const expectation = expectationOf(runsOf(["a", "b"]), partitions, MASE, grouped);
    expect(expectation?.expected).toBeCloseTo(TRUTH - 2, 1);
    expect(expectation?.alone).toMatchObject({ run: "b" });
  });

  it("is not misled by a run that refined the partitions whose errors were large", () => {
    const uniform = random(13);
    const partitions = contested(1, () => TRUTH + NOISE * normal(uniform)).map(({ scores }): Contested => {
      const screened = scores.get(0);
      if (screened === undefined || screened.value < TRUTH + NOISE) return { scores, chosen: 0 };
      const refined = TRUTH + NOISE * normal(uniform);
      return { scores: new Map([...scores, [1, score(refined)]]), chosen: refined < screened.value ? 1 : 0 };
    });
    const runs = runsOf(["screen", "refined"], { refined: "screen" });
    const expectation = expectationOf(runs, partitions, MASE, grouped);
    const error = (4 * NOISE) / Math.sqrt(PARTITIONS);
    // The mean over all partitions is the truth, before anything was chosen.
    expect(expectation?.chosen).toBeLessThan(TRUTH - 0.04);
    expect(Math.abs((expectation?.expected ?? NaN) - TRUTH)).toBeLessThan(error);
  });

  it("takes the last origin, which chose nothing, where there are several", () => {
    const uniform = random(14);
    const draw = () => TRUTH + NOISE * normal(uniform);
    const partitions = Array.from({ length: PARTITIONS }, (): Contested => {
      const pairs = [0, 1, 2].map(() => ({ earlier: measured(draw()), last: measured(draw()) }));
      const errors = pairs.map(({ earlier }) => earlier.value);
      const scores = new Map(pairs.map((parts, run) => [run, score(0, parts)]));
      return { scores, chosen: errors.indexOf(Math.min(...errors)) };
    });
    const expectation = expectationOf(runsOf(["a", "b", "c"]), partitions, MASE, grouped);
    const error = (4 * NOISE) / Math.sqrt(PARTITIONS);
    expect(expectation?.by).toBe("last-origin");
    expect(Math.abs((expectation?.chosen ?? NaN) - TRUTH - NOISE * EXPECTED_LEAST[3])).toBeLessThan(error);
    expect(Math.abs((expectation?.expected ?? NaN) - TRUTH)).toBeLessThan(error);
  });

  it("pools WAPE, and has nothing to say without a metric", () => {
    const scores = new Map([
      [0, { ...score(50), error: 5, size: 10 }],
      [1, { ...score(10), error: 1, size: 10 }],
    ]);
    const large = new Map([[0, { ...score(1), error: 1, size: 100 }]]);
    const partitions = [
      { scores, chosen: 1 },
      { scores: large, chosen: 0 },
    ];
    const expectation = expectationOf(runsOf(["a", "b"]), partitions, metricOf("holdout_wape"), grouped);
    // 100 (1 + 1) / 110; by chance the first partition has the mean of both runs, as it is alone of its kind.
    expect(expectation).toMatchObject({ partitions: 2, chosen: 200 / 110, expected: 400 / 110 });
    expect(expectation?.alone?.run).toBe("a");
    expect(expectationOf(runsOf(["a"]), [], MASE, grouped)).toBeNull();
  });
});
