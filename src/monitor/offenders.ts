import { at } from "../core/aligned.ts";
import { getColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Source } from "../ports/source.ts";

/** The partitions that drift, as the latest monitoring run of a model says. */
export interface LatestOffenders {
  readonly version: string;
  /** The worst first. */
  readonly offenders: readonly { readonly partitionKey: string; readonly severity: number; readonly n: number }[];
}

/**
 * Reads the latest monitoring run of a model from the status table.
 *
 * @throws {ManymodelError} `not-found` if there is none
 */
export async function latestOffenders(source: Source, table: string, model: string): Promise<LatestOffenders> {
  const none = () =>
    new ManymodelError("not-found", `${show(model)} was never monitored into ${table}; run manymodel monitor first`);
  if ((await source.columns(table)) === undefined) throw none();
  const snapshot = await source.snapshot({
    table,
    keyColumns: ["MODEL_NAME", "MONITORED_AT", "MODEL_VERSION"],
    columns: ["PARTITION_KEY", "VERDICT", "SEVERITY", "N"],
    orderBy: ["PARTITION_KEY"],
  });
  // In the order of their keys, so the last run of the model is its latest.
  const keys = await source.keys(snapshot, 0, snapshot.partitions);
  const latest = keys.findLastIndex(([name]) => name === model);
  if (latest < 0) throw none();
  const { batch } = await source.read(snapshot, [latest]);
  const severities = getColumn(batch, "SEVERITY").values as Float64Array;
  const counts = getColumn(batch, "N").values as Float64Array;
  const verdicts = getColumn(batch, "VERDICT").values;
  const offenders = (getColumn(batch, "PARTITION_KEY").values as readonly string[])
    .map((partitionKey, i) => ({
      partitionKey,
      severity: at(severities, i),
      n: at(counts, i),
      drifts: verdicts[i] === "drift",
    }))
    .filter(({ drifts }) => drifts)
    .map(({ partitionKey, severity, n }) => ({ partitionKey, severity, n }))
    .sort((a, b) => b.severity - a.severity || (a.partitionKey < b.partitionKey ? -1 : 1));
  return { version: at(keys, latest)[2] as string, offenders };
}
