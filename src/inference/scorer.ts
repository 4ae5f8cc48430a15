import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { at } from "../core/aligned.ts";
import type { Column, ColumnBatch } from "../core/columns/column.ts";
import { storedColumn, storedKey } from "../core/columns/stored-values.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import type { LeadTime } from "../core/lead-time.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { Stage } from "../ports/stage.ts";
import { TrainedModels } from "../runs/trained-models.ts";
import { directoryStage } from "../stages/directory.ts";
import { type RowCompletion, usableRows } from "../work/complete-source.ts";
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
  /** The levels that the model is asked for (see `levelsToAsk`). */
  readonly levels: readonly number[];
  readonly advance: boolean;
  /** Rules that put rows at times of their zone and complete them; left out where rows are used as they are. */
  readonly completion?: RowCompletion;
  /** The lead time to order over; nothing is ordered when left out. */
  readonly leadTime?: LeadTime;
}

/** Bytes of models that are kept for the next partition. */
const MODEL_BYTES = 256 * 1024 * 1024;

/** Has a file of the version's stage fetched to the folder. @throws if it cannot be */
export type Fetch = (path: string) => Promise<void>;

/**
 * Returns a stage of the files that are in a folder, and of those that are fetched to it when they are first asked for.
 *
 * @param fetch - fetches one file at a time
 */
function fetchedStage(folder: string, fetch: Fetch): Stage {
  const here = directoryStage(folder);
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...here,
    get: (name) =>
      here.get(name).catch((error) => {
        if (!(error instanceof ManymodelError) || error.kind !== "not-found") throw error;
        const fetched = last.then(() => fetch(name));
        last = fetched.catch(() => {});
        return fetched.then(() => here.get(name));
      }),
  };
}

/**
 * Scores partitions with a version in a folder, whole or by reference: finds a partition's model by its key, and has the worker's own
 * code do with it what a batch does. Never throws: what goes wrong is the partition's own error.
 */
export function createScorer(folder: string, fetch: Fetch): (request: ScoreRequest) => Promise<ScoredPartition> {
  const { version, stage: remote } = JSON.parse(readFileSync(path.join(folder, "version.json"), "utf8")) as {
    version: ModelVersion;
    stage?: string;
  };
  const { keyColumns } = version;
  const stage = remote === undefined ? directoryStage(folder) : fetchedStage(folder, fetch);
  const models = new TrainedModels(stage, MODEL_BYTES);
  const definitions = definitionsOf({ stage });
  const score = async ({
    key,
    columns,
    horizon,
    levels,
    advance,
    completion,
    leadTime,
  }: ScoreRequest): Promise<ScoredPartition> => {
    const opened = await models.open(version);
    const values = keyColumns.map((column, i) => storedKey(column, key[i]));
    const match = await models.find(opened, encodeKey(keyColumns, values));
    if (match === undefined) return { status: "NO_MODEL", ...NOT_TRAINED };
    const data = opened.columns.map(({ name, type }, c): [string, Column] => [
      name,
      storedColumn(type, at(columns, c)),
    ]);
    const read: ColumnBatch = { length: columns[0]?.length ?? 0, columns: Object.fromEntries(data) };
    const rows = { batch: read, offsets: Int32Array.of(0, read.length) };
    const { batch } = completion === undefined ? rows : usableRows(completion, rows);
    const job = {
      ...match.source,
      keyColumns,
      time: opened.time,
      horizon: horizon > 0 ? horizon : version.horizon,
      levels,
      advance,
      output: opened.output,
      ...(leadTime !== undefined && { leadTime }),
      partitions: [{ trained: match.trained, data: batch }],
    };
    const results = await scorePartitions(
      { jobs: [job] },
      definitions,
      () => performance.now(),
      () => {},
    );
    const result = at(results, 0);
    if ("failed" in result) throw new Error(result.failed.message);
    const scored = at(result.scored, 0);
    if ("readings" in scored) throw new Error("a MODEL cannot judge readings");
    return scored;
  };
  return (request) =>
    score(request).catch((error) => ({
      status: "ERROR",
      errorType: "predict-error",
      errorMessage: messageOf(error),
    }));
}

/**
 * Answers requests, one line of JSON each, with a line of JSON each, in the same order. Before an answer it may ask for files
 * of the version's stage, `{"fetch":PATH}`, and is told `{"fetched":PATH}`, or null and a `reason`.
 */
export async function serve(folder: string): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const answer = process.stdout.write.bind(process.stdout);
  // What a definition prints is no answer.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const score = createScorer(folder, async (path) => {
    answer(`${JSON.stringify({ fetch: path })}\n`);
    const { value } = await lines.next();
    const { fetched, reason } = JSON.parse(String(value)) as { fetched: string | null; reason?: string };
    if (fetched === null) throw new ManymodelError("storage", `cannot read ${path} from the stage: ${reason}`);
  });
  for (let line = await lines.next(); !line.done; line = await lines.next())
    answer(`${encodeScored(await score(JSON.parse(line.value) as ScoreRequest))}\n`);
}
