import type { TrainedPartition } from "../core/artifact.ts";
import type { PlainData } from "../core/columns/plain-data.ts";
import type { RowRange } from "../core/columns/row-range.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { DefinitionSource } from "./definitions.ts";
import type { ForecastTable } from "./forecast-rows.ts";
import { sha256Of } from "./sha256.ts";
import { dataHash } from "./train-partition.ts";

/**
 * The settings that decide the forecasts of all partitions of one source of an index, besides their models and data.
 */
export interface FingerprintedPlan extends ForecastTable, DefinitionSource {
  readonly packageVersion: string;
  readonly exports: PlainData;
  readonly horizon: number;
  readonly advance: boolean;
}

/**
 * Hashes everything that the forecast of a partition depends on: model, definition, data, options and the code that
 * makes it.
 */
export function fingerprintOf(
  plan: FingerprintedPlan,
  { key, model, lastTs, interval, seed }: TrainedPartition,
  input: RowRange,
  future: RowRange | undefined,
): string {
  const { packageVersion, definitionSha256, exports, keyColumns, horizon, levels, quantiles, advance } = plan;
  const { readings, leadTime } = plan;
  const hashes = [input, future].map((rows) => rows && dataHash(rows.batch, rows.start, rows.end));
  const facts = [
    ...[packageVersion, definitionSha256, exports, horizon, levels, quantiles, advance],
    ...[encodeKey(keyColumns, key), model, lastTs, interval, seed, ...hashes],
    ...(readings ? ["readings"] : []),
    // Fingerprints of batches without these stay what they were.
    ...(leadTime === undefined ? [] : [leadTime]),
    ...(plan.learnt === undefined ? [] : [plan.learnt.sha256]),
  ];
  return sha256Of(JSON.stringify(facts)).slice(0, 24);
}
