import type { ColumnBatch } from "../core/column.ts";
import { encodeKey } from "../core/partition-key.ts";
import { checkLevels } from "../core/quantile.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { FoundPartition, OpenVersion, TrainedModels } from "../runs/trained-models.ts";
import { type KeyJson, keyAsJson, keyOfJson } from "./key-json.ts";
import { Refusal } from "./refusal.ts";
import { type RowJson, rowsOfJson, timesAsJson } from "./rows-json.ts";
import type { Prediction } from "./schema.ts";
import type { Scored, ScoringPool } from "./scoring-pool.ts";

/** What was asked, within the limits. */
export interface Question {
  readonly keys: readonly KeyJson[];
  readonly horizon: number;
  readonly levels: readonly number[];
  /** The rows of each key. */
  readonly rows?: readonly (readonly RowJson[])[] | undefined;
}

/** Partitions that are scored together; between two such pieces of a request others have their turn. */
const PIECE = 32;

/**
 * Predicts for some keys with one version, to the same bits as a batch. Every key has an answer: a prediction, or why
 * there is none.
 *
 * @param signal - nobody waits any more
 * @throws {ManymodelError} `input` for keys, levels or rows that are not the model's; `corrupt` for changed artifacts
 */
export async function predict(
  models: TrainedModels,
  pool: ScoringPool,
  version: ModelVersion,
  { keys, horizon, levels: given, rows }: Question,
  signal: AbortSignal,
): Promise<Prediction[]> {
  if (rows !== undefined && rows.length !== keys.length)
    throw new Refusal("input", `rows has ${rows.length} lists for ${keys.length} keys; give one for each key`);
  const levels = checkLevels(given);
  const opened = await models.open(version);
  const asked = keys.map((json, i) => {
    const key = keyOfJson(version.keyColumns, json, `keys[${i}]`);
    return { key, partitionKey: encodeKey(version.keyColumns, key) };
  });
  const none = rowsOfJson(opened.columns, [], "rows");
  const data = asked.map((_, i) => (rows === undefined ? none : rowsOfJson(opened.columns, rows[i]!, `rows[${i}]`)));
  const answers = asked.map(
    ({ key, partitionKey }): Prediction => ({
      key: keyAsJson(version.keyColumns, key),
      partitionKey,
      status: "NO_MODEL",
      errorType: "unknown-key",
      errorMessage: "the version has no such partition",
    }),
  );
  for (let start = 0; start < asked.length; start += PIECE) {
    signal.throwIfAborted();
    const piece: FoundAt[] = [];
    for (let at = start; at < Math.min(start + PIECE, asked.length); at++) {
      const found = await models.find(opened, asked[at]!.partitionKey);
      if (found !== undefined) piece.push({ ...found, at, data: data[at]! });
    }
    for (const { at, scored } of await scoreFound(pool, version, opened, piece, { horizon, levels }, signal))
      answers[at] = { ...answers[at]!, ...asJson(opened, scored) };
  }
  return answers;
}

interface FoundAt extends FoundPartition {
  /** Which of the keys it is. */
  readonly at: number;
  readonly data: ColumnBatch;
}

/** Scores partitions, those of each source of the version with its own definition. */
async function scoreFound(
  pool: ScoringPool,
  { keyColumns }: ModelVersion,
  { time }: OpenVersion,
  found: readonly FoundAt[],
  { horizon, levels }: Pick<Question, "horizon" | "levels">,
  signal: AbortSignal,
): Promise<{ at: number; scored: Scored }[]> {
  const sources = [...new Set(found.map(({ source }) => source))];
  const results = sources.map(async (source) => {
    const own = found.filter((one) => one.source === source);
    const { definitionSha256, keyArg, exports } = source;
    const partitions = own.map(({ trained, data }) => ({ trained, data }));
    const plan = { keyColumns, keyArg, exports, time, horizon, levels, advance: true };
    return (await pool.score({ definitionSha256, ...plan, partitions }, signal)).map((scored, i) => ({
      at: own[i]!.at,
      scored,
    }));
  });
  return (await Promise.all(results)).flat();
}

function asJson({ time }: OpenVersion, scored: Scored): Partial<Prediction> {
  if (!("mean" in scored)) return scored;
  const numbers = (values: Float64Array) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  return {
    status: scored.status,
    errorType: "errorType" in scored ? scored.errorType : undefined,
    errorMessage: "errorMessage" in scored ? scored.errorMessage : undefined,
    times: timesAsJson(time, scored.times),
    mean: numbers(scored.mean),
    lower: scored.lower.map(numbers),
    upper: scored.upper.map(numbers),
  };
}
