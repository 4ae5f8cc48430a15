import type { IndexedSegment, ModelIndex, PartitionOutcome } from "../core/artifact.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { Stage } from "../ports/stage.ts";
import { segmentRows } from "../runs/read-index.ts";
import { keyAsJson } from "./key-json.ts";
import type { PartitionJson } from "./schema.ts";

/** Describes a partition, without its model. */
export function partitionAsJson({ keyColumns }: ModelVersion, row: PartitionOutcome): PartitionJson {
  const { partitionKey, outcome, modelKind, nObs, firstTs, lastTs, interval, fitMs, seed, errorType, errorMessage } =
    row;
  return {
    key: keyAsJson(keyColumns, row.key),
    partitionKey,
    outcome,
    modelKind,
    metrics: parsed(row.metrics),
    nObs,
    firstTs,
    lastTs,
    interval,
    fitMs,
    seed,
    errorType,
    errorMessage,
  };
}

/** Returns the JSON text as the value that it is. */
export function parsed<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

/** Returns some partitions of a version, in the order of its index: reads only the segments that they are in. */
export async function partitionPage(
  stage: Stage,
  { segments }: ModelIndex,
  offset: number,
  limit: number,
): Promise<PartitionOutcome[]> {
  const rows: PartitionOutcome[] = [];
  let first = 0;
  for (const segment of segments) {
    const from = Math.max(0, offset - first);
    const to = Math.min(segment.rows, offset + limit - first);
    if (from < to) rows.push(...(await rowsOf(stage, segment)).slice(from, to));
    first += segment.rows;
    if (first >= offset + limit) break;
  }
  return rows;
}

async function rowsOf(stage: Stage, segment: IndexedSegment): Promise<PartitionOutcome[]> {
  return (await segmentRows(stage, segment, { summary: true })).map(({ row }) => row);
}
