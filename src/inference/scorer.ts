import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { at } from "../core/aligned.ts";
import type { Column, ColumnBatch } from "../core/columns/column.ts";
import { storedColumn, storedKey } from "../core/columns/stored-values.ts";
import { messageOf } from "../core/errors.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { ModelVersion } from "../core/registry.ts";
import { TrainedModels } from "../runs/trained-models.ts";
import { directoryStage } from "../stages/directory.ts";
import { definitionsOf } from "../work/definitions.ts";
import { NOT_TRAINED, type ScoredPartition } from "../work/score-partition.ts";
import { scorePartitions } from "../work/score-partitions.ts";
import { encodeScored } from "../work/scored-json.ts";

/** A partition to be scored: its key's values and its rows, as the account keeps them, in the order of the rows. */
export interface ScoreRequest {
  readonly key: readonly unknown[];
  /** The values of each column of the training data. */
  readonly columns: readonly (readonly unknown[])[];
  /** Steps to forecast; 0: the version's own. */
  readonly horizon: number;
  /** What the model is asked for (see `levelsToAsk`). */
  readonly levels: readonly number[];
  readonly advance: boolean;
}

/** Bytes of models that are kept for the next partition. */
const MODEL_BYTES = 256 * 1024 * 1024;

/**
 * Scores partitions with an exported version in a folder: finds a partition's model by its key, and has the worker's own
 * code do with it what a batch does. Never throws: what goes wrong is the partition's own error.
 */
export function createScorer(folder: string): (request: ScoreRequest) => Promise<ScoredPartition> {
  const { version } = JSON.parse(readFileSync(path.join(folder, "version.json"), "utf8")) as { version: ModelVersion };
  const { keyColumns } = version;
  const stage = directoryStage(folder);
  const models = new TrainedModels(stage, MODEL_BYTES);
  const definitions = definitionsOf({ stage });
  const score = async ({ key, columns, horizon, levels, advance }: ScoreRequest): Promise<ScoredPartition> => {
    const opened = await models.open(version);
    const values = keyColumns.map((column, i) => storedKey(column, key[i]));
    const found = await models.find(opened, encodeKey(keyColumns, values));
    if (found === undefined) return { status: "NO_MODEL", ...NOT_TRAINED };
    const data = opened.columns.map(({ name, type }, c): [string, Column] => [
      name,
      storedColumn(type, at(columns, c)),
    ]);
    const batch: ColumnBatch = { length: columns[0]?.length ?? 0, columns: Object.fromEntries(data) };
    const job = {
      ...found.source,
      keyColumns,
      time: opened.time,
      horizon: horizon > 0 ? horizon : version.horizon,
      levels,
      advance,
      partitions: [{ trained: found.trained, data: batch }],
    };
    const results = await scorePartitions(
      { jobs: [job] },
      definitions,
      () => performance.now(),
      () => {},
    );
    const result = at(results, 0);
    if ("failed" in result) throw new Error(result.failed.message);
    return at(result.scored, 0);
  };
  return (request) =>
    score(request).catch((error) => ({
      status: "ERROR",
      errorType: "predict-error",
      errorMessage: messageOf(error),
    }));
}

/** Answers requests, one line of JSON each, with a line of JSON each, in the same order. */
export async function serve(folder: string): Promise<void> {
  const score = createScorer(folder);
  const answer = process.stdout.write.bind(process.stdout);
  // What a definition prints is no answer.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  for await (const line of createInterface({ input: process.stdin }))
    answer(`${encodeScored(await score(JSON.parse(line) as ScoreRequest))}\n`);
}
