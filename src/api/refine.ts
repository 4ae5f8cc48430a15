import { fileURLToPath } from "node:url";
import { ManymodelError, show } from "../core/errors.ts";
import { decodeKey, type PartitionKey } from "../core/partition-key.ts";
import type { PlainData } from "../core/plain-data.ts";
import { METHODS } from "../forecast/index.ts";
import { keyArgument } from "../model/key-argument.ts";
import { completedRun } from "../pipeline/read-index.ts";
import { type Ranking, type RankOptions, rank } from "../refine/rank.ts";
import type { DoparOptions, ManyModel, Run } from "./connect.ts";

/** Which partitions to refine, how, and for how long. */
export interface RefineOptions
  extends Partial<RankOptions>,
    Pick<
      DoparOptions,
      | "chunksPerJob"
      | "workers"
      | "modelRunId"
      | "timeBudget"
      | "hardDeadline"
      | "workerType"
      | "preWarm"
      | "onProgress"
    > {
  /** The completed run to improve. */
  readonly from: string;
  /** Methods that compete; those that suit each series when left out. */
  readonly candidates?: readonly string[];
  /** Origins from which each candidate forecasts; default 3. */
  readonly windows?: number;
  /** A definition of your own instead of the built-in contest; it receives the refined run's exports. */
  readonly definition?: URL | string;
}

/** A refining run, and the ranking it followed. */
export interface RefinedRun extends Run {
  readonly ranking: Ranking;
}

const DEFAULT_WINDOWS = 3;

/**
 * Ranks a completed run's partitions (by expected gain, unless told otherwise) and has the built-in contest for each of
 * them, the first of the ranking first, until all are done or the time budget is over. The data are those of the run
 * refined, and so are the exports: target, period, horizon and holdout.
 *
 * @throws {ManymodelError} `usage` for an unknown candidate; `input` if no partition is left to refine
 */
export async function refine(mm: ManyModel, options: RefineOptions): Promise<RefinedRun> {
  const { from, candidates, windows = DEFAULT_WINDOWS, definition, ...rest } = options;
  for (const name of candidates ?? [])
    if (!Object.hasOwn(METHODS, name))
      throw new ManymodelError(
        "usage",
        `candidate ${show(name)} is not known; the methods are ${Object.keys(METHODS).join(", ")}`,
      );
  const { metric = "mase", by = "gain", worst, worstPercent, above, ...dopar } = rest;
  const { manifest } = await completedRun(mm.engine, from);
  const ranking = await rank(mm.engine, from, {
    ...{ metric, by },
    ...(worst !== undefined && { worst }),
    ...(worstPercent !== undefined && { worstPercent }),
    ...(above !== undefined && { above }),
  });
  if (ranking.ranked.length === 0)
    throw new ManymodelError(
      "input",
      `there is nothing to refine in ${from}: ${ranking.usable} partitions have a usable ${ranking.metric} and none of them was chosen; "manymodel rank --run ${from} --metric ${metric}" says why`,
    );
  const { keyColumns } = manifest.snapshot;
  const keys = ranking.ranked.map(({ partitionKey }) =>
    keyArgument(keyColumns, decodeKey(partitionKey).key as PartitionKey),
  );
  const exports: { [name: string]: PlainData } = { ...(manifest.exports as { [name: string]: PlainData }) };
  if (definition === undefined) {
    delete exports.method;
    Object.assign(exports, { windows, metric: ranking.metric.replace(/^holdout_/, "") });
    if (candidates !== undefined) exports.candidates = [...candidates];
  }
  const builtin = new URL(`../model/builtin/contest${fileURLToPath(import.meta.url).slice(-3)}`, import.meta.url);
  const run = await mm
    .foreach({ [manifest.keyArg]: keys })
    .dopar(definition ?? builtin, { ...dopar, exports, mode: "queue", refines: from, seed: manifest.seed });
  return { ...run, ranking };
}
