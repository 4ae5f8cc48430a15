import type { IndexSource } from "../core/artifact.ts";
import { type BoundExports, boundExports } from "../core/bounds.ts";
import { deepFreeze, type PlainData } from "../core/columns/plain-data.ts";
import type { RowRange } from "../core/columns/row-range.ts";
import type { LeadTime } from "../core/lead-time.ts";
import { encodeKey, type PartitionKey } from "../core/partition-key.ts";
import type { Snapshot } from "../core/run.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { frame } from "../model/frame.ts";
import { isPeriodRule, type PeriodRule } from "../model/period-rule.ts";
import type { Definitions } from "./definitions.ts";
import { loadOrders } from "./load-orders.ts";
import { type Problem, type ScoredPartition, type ScoringPlan, scorePartition } from "./score-partition.ts";
import { trainPartition } from "./train-chunk.ts";

/** The run whose partitions share one model, with what is needed to use that. */
export type SharedModel = Omit<IndexSource, "keyIndex" | "runId">;

/** Returns the first of an index's sources whose partitions share one model. */
export function findShared(sources: readonly IndexSource[]): IndexSource | undefined {
  return sources.find(({ learnt }) => learnt?.isShared);
}

/** The settings of forecasts for partitions without a model: seasonal naive ones, or those of a shared model. */
export type Fallback = NaiveFallback | { readonly shared: SharedModel };

/** The settings of seasonal naive forecasts. */
export interface NaiveFallback {
  /** The column to forecast. */
  readonly target: string;
  /** Observations per season. */
  readonly period: PeriodRule;
  /** The bounds of its forecasts. */
  readonly bounds?: BoundExports;
}

/**
 * Returns the settings of seasonal naive forecasts: those of the models' exports, else the defaults. Undefined where neither names the
 * column to forecast.
 */
export function naiveFallback(exports: PlainData, defaults: Partial<NaiveFallback>): NaiveFallback | undefined {
  const { target = defaults.target, period = defaults.period ?? 1 } = exports as { readonly [name: string]: PlainData };
  if (typeof target !== "string" || !isPeriodRule(period)) return undefined;
  const bounds = boundExports(exports);
  return { target, period, ...(bounds !== undefined && { bounds }) };
}

/** A partition without a model, with its rows in the input, and in the table of the future, if they were read. */
export interface ModellessPartition extends RowRange {
  readonly key: PartitionKey;
  readonly future?: RowRange;
}

/** A definition that forecasts a partition without a model, and its exports. */
interface Substitute {
  readonly definition: AnyModelDefinition;
  readonly keyArg: string;
  readonly exports: PlainData;
  /** The note of whose forecast it is; left out for a naive one. */
  readonly by?: string;
}

/**
 * Forecasts a partition that has no model by a model that is fitted to its rows in the input by the code that trains: by the model
 * that all partitions share, or by the seasonal naive method, and the naive method where there is no full season. Where none can be,
 * it stays without a model.
 *
 * @param why - why it has no model
 */
export async function scoreFallback(
  plan: Pick<ScoringPlan, "keyColumns" | "horizon" | "levels"> & { readonly leadTime?: LeadTime },
  { snapshot, definitions }: { readonly snapshot: Snapshot; readonly definitions: Definitions },
  fallback: Fallback,
  { key, batch, start, end, future }: ModellessPartition,
  why: Problem,
): Promise<ScoredPartition> {
  const partition = { position: 0, partitionKey: encodeKey(plan.keyColumns, key), batch, start, end };
  let reason = why.errorMessage;
  for (const { definition, keyArg, exports, by } of await substitutes(fallback, definitions)) {
    const row = await trainPartition(
      { plan: { snapshot, keyArg, exports, seed: 0 }, definition, attempt: 1, clock: () => 0 },
      partition,
    );
    const time = snapshot.columns.find(({ name }) => name === snapshot.timeColumn) ?? null;
    const data = {
      data: frame(batch, start, end),
      ...(future !== undefined && { future: frame(future.batch, future.start, future.end) }),
    };
    const orders = await loadOrders(plan.leadTime);
    const scoring = { ...plan, ...orders, definition, keyArg, exports, time, advance: false };
    const scored = await scorePartition(scoring, row, data);
    if (scored.status === "OK" || scored.status === "UNDATED")
      return {
        ...scored,
        status: "FALLBACK",
        ...why,
        ...(by !== undefined && { errorMessage: `${why.errorMessage}; ${by}` }),
      };
    if ("errorMessage" in scored) reason = `${why.errorMessage}; no fallback: ${scored.errorMessage}`;
  }
  return { status: "NO_MODEL", errorType: why.errorType, errorMessage: reason };
}

/** Returns the definitions to try, one after another. */
async function substitutes(fallback: Fallback, definitions: Definitions): Promise<Substitute[]> {
  if ("shared" in fallback) {
    const { keyArg, exports } = fallback.shared;
    const by = "forecast by the model that all partitions share";
    return [{ definition: await definitions(fallback.shared), keyArg, exports: deepFreeze(exports), by }];
  }
  // Not at the top: every worker would load the whole library when it starts.
  const { default: simple } = await import("../model/builtin/simple.ts");
  const { target, period, bounds } = fallback;
  const methods = period === 1 ? ["naive"] : ["snaive", "naive"];
  return methods.map((method) => ({
    definition: simple as never,
    keyArg: "unit_id",
    exports: { ...bounds, method, target, period, horizon: 1, holdout: 0 } as PlainData,
  }));
}
