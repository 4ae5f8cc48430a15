import { encodeKey } from "../core/partition-key.ts";
import type { ModelVersion } from "../core/registry.ts";
import { resampleNewer } from "../model/resample-rows.ts";
import type { SensorStates } from "../runs/sensor-states.ts";
import type { FoundPartition, OpenVersion, TrainedModels } from "../runs/trained-models.ts";
import { type KeyJson, keyAsJson, keyOfJson } from "./key-json.ts";
import { Refusal } from "./refusal.ts";
import { type RowJson, rowsOfJson, timesAsJson } from "./rows-json.ts";
import type { Judged } from "./schema.ts";
import type { ScoredReadings, ScoringPool } from "./scoring-pool.ts";

/** Readings of some keys, within the limits. */
export interface Readings {
  readonly keys: readonly KeyJson[];
  /** The rows of each key, in the order of their times. */
  readonly rows: readonly (readonly RowJson[])[];
}

/**
 * Judges posted readings, and keeps the state of each sensor in between, so that only new readings need be posted. Readings
 * that a sensor's state has taken in already are passed over. A state is stored before its verdicts are answered, so a server that
 * is killed goes on where it was.
 */
export class ReadingJudge {
  /** The last request of each sensor: its readings are judged one request after another. */
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #models: TrainedModels;
  readonly #pool: ScoringPool;
  readonly #states: SensorStates;

  constructor(models: TrainedModels, pool: ScoringPool, states: SensorStates) {
    this.#models = models;
    this.#pool = pool;
    this.#states = states;
  }

  /**
   * Judges readings of some keys with one version. Every key has an answer.
   *
   * @param signal - nobody waits any more
   * @throws {ManymodelError} `input` for keys or rows that are not the model's; `corrupt` for changed artifacts
   */
  async judge(version: ModelVersion, { keys, rows }: Readings, signal: AbortSignal): Promise<Judged[]> {
    if (rows.length !== keys.length)
      throw new Refusal("input", `rows has ${rows.length} lists for ${keys.length} keys; give one for each key`);
    const opened = await this.#models.open(version);
    const questions = keys.map((json, i) => {
      const key = keyOfJson(version.keyColumns, json, `keys[${i}]`);
      const data = resampleNewer(opened.snapshot, rowsOfJson(opened.columns, rows[i] ?? [], `rows[${i}]`));
      return { key, partitionKey: encodeKey(version.keyColumns, key), data };
    });
    const answers = questions.map(async ({ key, partitionKey, data }): Promise<Judged> => {
      const names = { key: keyAsJson(version.keyColumns, key), partitionKey };
      const name = JSON.stringify([version.model, version.version, version.createdAt, partitionKey]);
      const scored = await this.#inTurn(name, async () => {
        const match = await this.#models.find(opened, partitionKey);
        if (match === undefined) return UNKNOWN;
        const trained = await this.#states.moved(version, partitionKey, match.trained);
        const judged = await this.#score(version, opened, { ...match, trained }, data, signal);
        if ("moved" in judged && judged.readings.kinds.length > 0)
          await this.#states.put(version, partitionKey, judged.moved);
        return judged;
      });
      return { ...names, ...asJson(opened, scored) };
    });
    return Promise.all(answers);
  }

  async #score(
    { keyColumns, horizon }: ModelVersion,
    { time }: OpenVersion,
    { source, trained }: FoundPartition,
    data: ReturnType<typeof rowsOfJson>,
    signal: AbortSignal,
  ): Promise<ScoredReadings | typeof UNKNOWN> {
    const plan = { keyColumns, time, horizon, levels: [], advance: true, readings: true } as const;
    const job = { ...plan, ...source, partitions: [{ trained, data }] };
    const [scored] = await this.#pool.judge(job, signal);
    return scored ?? UNKNOWN;
  }

  /** Runs a task after those of the same name that came before. */
  async #inTurn<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine.catch(() => {});
    this.#last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

const UNKNOWN = {
  status: "NO_MODEL",
  errorType: "unknown-key",
  errorMessage: "the version has no such partition",
} as const;

function asJson({ time }: OpenVersion, scored: ScoredReadings | typeof UNKNOWN): Omit<Judged, "key" | "partitionKey"> {
  if (!("readings" in scored)) return scored;
  const { value, expected, lower, upper, score, kinds } = scored.readings;
  const numbers = (values: Float64Array) => Array.from(values, (number) => (Number.isNaN(number) ? null : number));
  return {
    status: scored.status,
    times: timesAsJson(time, scored.times),
    value: numbers(value),
    expected: numbers(expected),
    lower: numbers(lower),
    upper: numbers(upper),
    score: numbers(score),
    kinds: [...kinds],
    since: timesAsJson(time, scored.since),
  };
}
