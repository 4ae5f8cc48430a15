import type { BoundExports } from "../core/bounds.ts";
import type { RowRange } from "../core/columns/row-range.ts";
import type { LeadTime } from "../core/lead-time.ts";
import { encodeKey, type PartitionKey } from "../core/partition-key.ts";
import type { Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import type { PeriodRule } from "../model/period-rule.ts";
import { loadOrders } from "./load-orders.ts";
import { type Problem, type ScoredPartition, type ScoringPlan, scorePartition } from "./score-partition.ts";
import { trainPartition } from "./train-chunk.ts";

/** The settings of seasonal naive forecasts. */
export interface Fallback {
  /** The column to forecast. */
  readonly target: string;
  /** Observations per season. */
  readonly period: PeriodRule;
  /** The bounds of its forecasts. */
  readonly bounds?: BoundExports;
}

/** A partition without a model, with its rows in the input. */
export interface ModellessPartition extends RowRange {
  readonly key: PartitionKey;
}

/**
 * Forecasts a partition that has no model by the seasonal naive method, fitted to its rows in the input by the code that
 * trains; by the naive method where there is no full season. Where neither can be, it stays without a model.
 *
 * @param why - why it has no model
 */
export async function scoreFallback(
  plan: Pick<ScoringPlan, "keyColumns" | "horizon" | "levels"> & { readonly leadTime?: LeadTime },
  snapshot: Snapshot,
  { target, period, bounds }: Fallback,
  { key, batch, start, end }: ModellessPartition,
  why: Problem,
): Promise<ScoredPartition> {
  // Not at the top: every worker would load the whole library when it starts.
  const { default: definition } = await import("../model/builtin/simple.ts");
  const partition = { position: 0, partitionKey: encodeKey(plan.keyColumns, key), batch, start, end };
  let reason = why.errorMessage;
  for (const method of period === 1 ? ["naive"] : ["snaive", "naive"]) {
    const exports = { ...bounds, method, target, period, horizon: 1, holdout: 0 };
    const row = await trainPartition(
      {
        plan: { snapshot, keyArg: "unit_id", exports, seed: 0 },
        definition: definition as never,
        attempt: 1,
        clock: () => 0,
      },
      partition,
    );
    const time = snapshot.columns.find(({ name }) => name === snapshot.timeColumn) ?? null;
    const data = frame(batch, start, end);
    const scoring = {
      ...plan,
      ...(await loadOrders(plan.leadTime)),
      definition: definition as never,
      keyArg: "unit_id",
      exports,
      time,
      advance: false,
    };
    const scored = await scorePartition(scoring, row, { data });
    if (scored.status === "OK" || scored.status === "UNDATED") return { ...scored, status: "FALLBACK", ...why };
    if ("errorMessage" in scored) reason = `${why.errorMessage}; no fallback: ${scored.errorMessage}`;
  }
  return { status: "NO_MODEL", errorType: why.errorType, errorMessage: reason };
}
