import type { ModelVersion } from "../core/registry.ts";
import type { Engine } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import { readIndex, segmentRows } from "../runs/read-index.ts";
import { putJson } from "../stages/json.ts";

/**
 * Writes a version's models as one JSON file a partition, for whoever wants to look at or use them elsewhere:
 * `000123.json` for the partition at position 123, with key, model, metrics and what the model was fitted to; and
 * `partitions.json`, which says which file has which key.
 *
 * @returns how many files
 */
export async function exportPartitions(engine: Engine, version: ModelVersion, to: Stage): Promise<number> {
  const index = await readIndex(engine.stage, version.index, `${version.model} ${version.version} was registered`);
  const parse = (text: string | null) => (text === null ? null : (JSON.parse(text) as unknown));
  const files: Record<string, string> = {};
  let n = 0;
  for (const segment of index.segments)
    for (const { row } of await segmentRows(engine.stage, segment)) {
      const file = `${String(n++).padStart(6, "0")}.json`;
      files[row.partitionKey] = file;
      const { partitionKey, key, outcome, modelKind, nObs, firstTs, lastTs, interval, errorType, errorMessage } = row;
      const [model, metrics, info] = [parse(row.model), parse(row.metrics), parse(row.info)];
      const values = key.map((value) => (typeof value === "bigint" ? String(value) : value));
      await putJson(to, file, {
        partitionKey,
        key: values,
        outcome,
        errorType,
        errorMessage,
        modelKind,
        nObs,
        firstTs,
        lastTs,
        interval,
        metrics,
        model,
        info,
      });
    }
  await putJson(to, "partitions.json", { model: version.model, version: version.version, files });
  return n;
}
