import type { IndexedSegment, PartitionOutcome } from "../core/artifact.ts";
import { otherData, type TrainedOn } from "../core/columns/other-data.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { Stage } from "../ports/stage.ts";
import { readIndex, segmentRows } from "../runs/read-index.ts";

/** A metric over the partitions that have it in both versions. */
export interface MetricChange {
  readonly metric: string;
  readonly partitions: number;
  readonly before: number;
  readonly after: number;
}

/** The differences between two versions; keys are encoded, in their order. */
export interface VersionDiff {
  readonly added: readonly string[];
  readonly lost: readonly string[];
  /** Partitions whose row is not the same: another model, other data, or no model any more. */
  readonly changed: readonly string[];
  readonly unchanged: number;
  /** Means over the changed partitions, by metric. */
  readonly metrics: readonly MetricChange[];
  /**
   * A caution about the means, such as partitions that were trained on other data in one version; null if there is
   * none.
   */
  readonly warning: string | null;
}

/** A partition's row as far as versions may differ in it. */
type Facts = Pick<PartitionOutcome, "outcome" | "model" | "dataSha256" | "metrics">;

/**
 * Compares two versions partition by partition. Segments that both share are not read.
 *
 * @throws {ManymodelError} `corrupt` if an artifact was changed
 */
export async function diffVersions(stage: Stage, before: ModelVersion, after: ModelVersion): Promise<VersionDiff> {
  const [a, b] = [await segmentsOf(stage, before), await segmentsOf(stage, after)];
  const place = ({ path, sha256, select }: IndexedSegment) => JSON.stringify([path, sha256, select]);
  const shared = new Set(a.map(place));
  const both = b.filter((segment) => shared.has(place(segment)));
  const places = new Set(both.map(place));
  const old = new Map<string, Facts>();
  for (const segment of a.filter((one) => !places.has(place(one))))
    for (const { row } of await segmentRows(stage, segment)) old.set(row.partitionKey, factsOf(row));
  const added: string[] = [];
  const changed: string[] = [];
  const trained: TrainedOn[] = [];
  const sums = new Map<string, { partitions: number; before: number; after: number }>();
  let unchanged = both.reduce((sum, { rows }) => sum + rows, 0);
  for (const segment of b.filter((one) => !places.has(place(one))))
    for (const { row } of await segmentRows(stage, segment)) {
      const was = old.get(row.partitionKey);
      old.delete(row.partitionKey);
      if (was === undefined) added.push(row.partitionKey);
      else if (same(was, row)) unchanged++;
      else {
        changed.push(row.partitionKey);
        if (!addMetrics(sums, was.metrics, row.metrics)) continue;
        trained.push({ partitionKey: row.partitionKey, data: [was.dataSha256, row.dataSha256] });
      }
    }
  const metrics = [...sums].map(([metric, sum]) => ({
    metric,
    partitions: sum.partitions,
    before: sum.before / sum.partitions,
    after: sum.after / sum.partitions,
  }));
  const warning = otherData(before.version, after.version, trained);
  return { added: added.sort(), lost: [...old.keys()].sort(), changed: changed.sort(), unchanged, metrics, warning };
}

async function segmentsOf(stage: Stage, { model, version, index }: ModelVersion): Promise<readonly IndexedSegment[]> {
  return (await readIndex(stage, index, `${model} ${version} was registered`)).segments;
}

const factsOf = ({ outcome, model, dataSha256, metrics }: PartitionOutcome): Facts => ({
  outcome,
  model,
  dataSha256,
  metrics,
});

const same = (a: Facts, b: Facts) => a.outcome === b.outcome && a.model === b.model && a.dataSha256 === b.dataSha256;

type Metrics = Readonly<Record<string, number | null>>;

/** Adds a partition's metrics to the sums; false where both versions have none in common. */
function addMetrics(
  sums: Map<string, { partitions: number; before: number; after: number }>,
  before: string | null,
  after: string | null,
): boolean {
  if (before === null || after === null) return false;
  const [was, is] = [JSON.parse(before), JSON.parse(after)] as [Metrics, Metrics];
  let counts = false;
  for (const [metric, value] of Object.entries(is)) {
    const old = was[metric];
    if (typeof value !== "number" || typeof old !== "number") continue;
    const sum = sums.get(metric) ?? { partitions: 0, before: 0, after: 0 };
    sums.set(metric, { partitions: sum.partitions + 1, before: sum.before + old, after: sum.after + value });
    counts = true;
  }
  return counts;
}
