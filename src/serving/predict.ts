import { at, zip } from "../core/aligned.ts";
import type { TrainedPartition } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/columns/column.ts";
import { checkLeadTime, type LeadTime } from "../core/lead-time.ts";
import { finalForecast, type OverridesInForce } from "../core/override.ts";
import { encodeKey, type PartitionKey } from "../core/partition-key.ts";
import { checkLevels } from "../core/quantile.ts";
import type { ModelVersion } from "../core/registry.ts";
import { resampleNewer } from "../model/resample-rows.ts";
import type { FoundPartition, OpenVersion } from "../runs/trained-models.ts";
import { findEnded } from "../work/ended-series.ts";
import { findShared } from "../work/fallback.ts";
import type { ScoringPlan } from "../work/score-partition.ts";
import { type KeyJson, keyAsJson, keyOfJson } from "./key-json.ts";
import { Refusal } from "./refusal.ts";
import { columnsAsJson, type RowJson, rowsOfJson, timesAsJson } from "./rows-json.ts";
import type { Prediction } from "./schema.ts";
import type { Scored, ScoringPool } from "./scoring-pool.ts";
import type { Service } from "./service.ts";

/** A question within the limits. */
export interface Question {
  readonly keys: readonly KeyJson[];
  readonly horizon: number;
  readonly levels: readonly number[];
  /** The lead time to order over. */
  readonly leadTime?: LeadTime | undefined;
  /** The rows of each key. */
  readonly rows?: readonly (readonly RowJson[])[] | undefined;
}

/** Partitions that are scored together; between two such pieces of a request others have their turn. */
const PIECE = 32;

/** Counts the numbers of an answer: for each key a mean, and two bounds for each level, of each step or row. */
export function answerNumbers({ keys, horizon, levels, rows }: Question): number {
  const steps = keys.reduce<number>((sum, _, i) => sum + Math.max(horizon, rows?.[i]?.length ?? 0), 0);
  return steps * (1 + 2 * levels.length);
}

/**
 * Predicts for some keys with one version, to the same bits as a batch. Every key has an answer: a prediction, or why
 * there is none.
 *
 * @param signal - nobody waits any more
 * @throws {ManymodelError} `input` for keys, levels or rows that are not the model's; `corrupt` for changed artifacts
 */
export async function predict(
  {
    models,
    pool,
    source,
    served,
    forecastsNewKeys,
  }: Pick<Service, "models" | "pool" | "source" | "served" | "forecastsNewKeys">,
  version: ModelVersion,
  { keys, horizon, levels: askedLevels, rows, leadTime }: Question,
  signal: AbortSignal,
): Promise<Prediction[]> {
  if (rows !== undefined && rows.length !== keys.length)
    throw new Refusal("input", `rows has ${rows.length} lists for ${keys.length} keys; give one for each key`);
  const levels = checkLevels(askedLevels);
  if (leadTime !== undefined) checkLeadTime(leadTime, horizon);
  const opened = await models.open(version);
  const questions = keys.map((json, i) => {
    const key = keyOfJson(version.keyColumns, json, `keys[${i}]`);
    return { key, partitionKey: encodeKey(version.keyColumns, key) };
  });
  const none = rowsOfJson(opened.columns, [], "rows");
  const data =
    rows?.map((list, i) => resampleNewer(opened.snapshot, rowsOfJson(opened.columns, list, `rows[${i}]`))) ??
    questions.map(() => none);
  const plan = {
    keyColumns: version.keyColumns,
    time: opened.time,
    horizon,
    levels,
    advance: true,
    output: opened.output,
    ...(leadTime !== undefined && { leadTime }),
  };
  const answers = questions.map(
    ({ key, partitionKey }): Prediction => ({
      key: keyAsJson(version.keyColumns, key),
      partitionKey,
      status: "NO_MODEL",
      errorType: "unknown-key",
      errorMessage: "the version has no such partition",
    }),
  );
  const overrides = await served.get();
  for (let start = 0; start < questions.length; start += PIECE) {
    signal.throwIfAborted();
    const piece: FoundAt[] = [];
    for (const [i, { partitionKey }] of questions.slice(start, start + PIECE).entries()) {
      const match = await models.find(opened, partitionKey);
      if (match !== undefined) piece.push({ ...match, place: start + i, data: at(data, start + i) });
    }
    for (const { place, scored } of await scoreFound(pool, plan, piece, signal))
      answers[place] = {
        ...at(answers, place),
        ...asJson(opened, scored),
        ...finalAsJson(
          scored,
          { model: version.model, partitionKey: at(questions, place).partitionKey },
          overrides,
          served.now,
        ),
      };
  }
  const unknown = answers.flatMap(({ errorType }, i) => (errorType === "unknown-key" ? [i] : []));
  const unknownKeys = unknown.map((i) => at(questions, i).key);
  for (const [i, ended] of zip(unknown, await findEnded(source, opened.snapshot, unknownKeys)))
    if (ended !== undefined) answers[i] = { ...at(answers, i), ...ended };
  const shared = forecastsNewKeys ? findShared(opened.index.sources) : undefined;
  if (shared === undefined) return answers;
  const newcomers = unknown.filter((i) => at(answers, i).status === "NO_MODEL" && at(data, i).length > 0);
  for (let start = 0; start < newcomers.length; start += PIECE) {
    signal.throwIfAborted();
    const piece = newcomers.slice(start, start + PIECE);
    const partitions = piece.map((i) => ({ trained: untrained(at(questions, i).key), data: at(data, i) }));
    const job = { ...plan, ...shared, newcomersTo: opened.snapshot, partitions };
    for (const [i, scored] of zip(piece, await pool.score(job, signal)))
      answers[i] = { ...at(answers, i), ...asJson(opened, scored) };
  }
  return answers;
}

/** Returns the partition of a key that was not trained. */
function untrained(key: PartitionKey): TrainedPartition {
  return { key, model: null, lastTs: null, interval: null, seed: 0, errorType: null, errorMessage: null };
}

interface FoundAt extends FoundPartition {
  /** The position of the key. */
  readonly place: number;
  readonly data: ColumnBatch;
}

/** Scores partitions, those of each source of the version with its own definition. */
async function scoreFound(
  pool: ScoringPool,
  plan: Omit<ScoringPlan, "definition" | "keyArg" | "exports" | "orders"> & { readonly leadTime?: LeadTime },
  matches: readonly FoundAt[],
  signal: AbortSignal,
): Promise<{ place: number; scored: Scored }[]> {
  const sources = [...new Set(matches.map(({ source }) => source))];
  const results = sources.map(async (source) => {
    const ofSource = matches.filter((one) => one.source === source);
    const partitions = ofSource.map(({ trained, data }) => ({ trained, data }));
    const answers = await pool.score({ ...plan, ...source, partitions }, signal);
    return Array.from(zip(ofSource, answers), ([{ place }, scored]) => ({ place, scored }));
  });
  return (await Promise.all(results)).flat();
}

/** Returns the forecasts that count, where an override of the partition is in force. */
function finalAsJson(
  scored: Scored,
  of: { readonly model: string; readonly partitionKey: string },
  overrides: OverridesInForce,
  moment: number,
): Pick<Prediction, "final"> {
  if (!("mean" in scored) || !(scored.times instanceof Float64Array)) return {};
  const { times, mean } = scored;
  const final = finalForecast({ ...of, times, mean }, overrides, moment);
  return final === undefined ? {} : { final: final.map((value) => (Number.isNaN(value) ? null : value)) };
}

function asJson({ time, output }: OpenVersion, scored: Scored): Partial<Prediction> {
  if (!("mean" in scored)) return scored;
  const orNull = (value: number) => (Number.isNaN(value) ? null : value);
  const numbers = (values: Float64Array) => Array.from(values, orNull);
  const { order } = scored;
  return {
    status: scored.status,
    errorType: scored.errorType ?? scored.stopped?.errorType,
    errorMessage: scored.errorMessage ?? scored.stopped?.errorMessage,
    times: timesAsJson(time, scored.times),
    mean: numbers(scored.mean),
    lower: scored.lower.map(numbers),
    upper: scored.upper.map(numbers),
    ...(scored.output !== undefined && { columns: columnsAsJson(output, scored.output) }),
    ...(order !== undefined && {
      order: {
        ...{ leadTime: order.leadTime, demand: order.demand },
        ...{ orderUpTo: orNull(order.orderUpTo), safetyStock: orNull(order.orderUpTo - order.demand) },
      },
    }),
  };
}
