import { TextColumnBuilder } from "../../src/dashboard/base/text-column.ts";
import type { PartitionTable } from "../../src/dashboard/partitions/partition-table.ts";

/** Returns a table of partitions that all succeeded, with these keys and metrics, of one kind of model each. */
export function plainTable(
  keys: readonly string[],
  metrics: Readonly<Record<string, readonly number[]>>,
  kinds: readonly string[] = keys.map(() => "ets"),
): PartitionTable {
  const n = keys.length;
  const builder = new TextColumnBuilder(n);
  for (const key of keys) builder.push(key);
  const texts = builder.build();
  const names = [...new Set(kinds)];
  return {
    head: {
      formatVersion: 4,
      rows: n,
      metrics: Object.keys(metrics),
      kinds: names.map((kind) => ({ kind, count: kinds.filter((one) => one === kind).length })),
      reasons: [],
    },
    keys: texts,
    labels: texts,
    keyOrder: Uint32Array.from(keys, (_, i) => i),
    outcome: new Uint8Array(n),
    kind: Uint16Array.from(kinds, (kind) => 1 + names.indexOf(kind)),
    reason: new Uint16Array(n),
    nObs: new Uint32Array(n).fill(100),
    fitMs: new Float32Array(n),
    data: new Uint32Array(n),
    segment: new Uint32Array(n),
    at: new Uint32Array(n),
    metric: async (name) => metrics[name] && Float64Array.from(metrics[name]),
  };
}
