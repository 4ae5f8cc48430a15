import { describe, expect, it } from "vitest";
import { type GateEvidence, judgeGate, NO_EVIDENCE, worstCulprits } from "../../src/core/gate.ts";

const rule = { metric: "wape", atMost: 1.02, maxFailed: 0.01, maxOutside: 0.5 } as const;
const counts = { partitions: 200, failed: 2 };
/** Returns two versions over 10 observations that sum to 100. */
const evidence = (candidateLoss: number, currentLoss: number, more: Partial<GateEvidence> = {}): GateEvidence => ({
  ...NO_EVIDENCE,
  judged: 5,
  differing: 5,
  observations: 10,
  size: 100,
  candidateLoss,
  currentLoss,
  ...more,
});

describe("the gate", () => {
  it("passes up to its limits, and holds above", () => {
    expect(judgeGate(rule, evidence(10.2, 10), counts)).toMatchObject({ passes: true, candidate: 10.2, current: 10 });
    expect(judgeGate(rule, evidence(10.3, 10), counts)).toMatchObject({ reasons: ["errors"], ratio: 1.03 });
    expect(judgeGate(rule, evidence(9, 10), { partitions: 200, failed: 3 })).toMatchObject({
      reasons: ["failed"],
      failedShare: 0.015,
    });
    expect(judgeGate({ ...rule, maxFailed: 3 }, evidence(9, 10), { partitions: 200, failed: 3 }).passes).toBe(true);
    expect(judgeGate(rule, evidence(9, 10, { fresh: 10, outside: 5 }), counts).passes).toBe(true);
    expect(judgeGate(rule, evidence(9, 10, { fresh: 10, outside: 6 }), counts).reasons).toEqual(["outside"]);
  });

  it("measures each metric over all observations", () => {
    const mae = judgeGate({ ...rule, metric: "mae" }, evidence(10, 20), counts);
    expect(mae).toMatchObject({ candidate: 1, current: 2, ratio: 0.5 });
    // Losses of rmse are squares: root mean squares 1 and 2.
    const rmse = judgeGate({ ...rule, metric: "rmse" }, evidence(10, 40), counts);
    expect(rmse).toMatchObject({ candidate: 1, current: 2, ratio: 0.5 });
  });

  it("knows versions without a difference, without an error, and without evidence", () => {
    expect(judgeGate(rule, evidence(0, 0, { differing: 0, observations: 0 }), counts)).toMatchObject({
      passes: true,
      ratio: 1,
      candidate: null,
    });
    expect(judgeGate(rule, evidence(0, 0), counts).ratio).toBe(1);
    expect(judgeGate(rule, evidence(1, 0), counts)).toMatchObject({ passes: false, ratio: Infinity });
    expect(judgeGate(rule, NO_EVIDENCE, counts)).toMatchObject({ reasons: ["no-evidence"], ratio: null });
  });

  it("names the partitions that count most", () => {
    const culprits = [1, 5, 3].map(
      (weight) => ({ partitionKey: `s:${weight}`, reason: "errors", why: "", weight }) as const,
    );
    expect(worstCulprits(culprits).map(({ weight }) => weight)).toEqual([5, 3, 1]);
  });
});
