import { at } from "../core/aligned.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError } from "../core/errors.ts";
import { levelsToAsk } from "../core/quantile.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { Inference, InferenceResult } from "../ports/inference.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { changesRows } from "./complete-source.ts";
import type { ScoreTask } from "./score-task.ts";
import { decodeScored } from "./scored-json.ts";
import { PartOfBatch, type ScoredPart, type Scorers } from "./scored-part.ts";

/** Take over what an inference job gave in one of its files. */
export interface TakeScored extends ScoreTask {
  readonly file: string;
}

/**
 * Has an engine score a batch's input by the registered version itself.
 *
 * @throws {ManymodelError} `usage` for what only a batch that is scored here can do
 */
export async function inferBatch(
  inference: Inference,
  version: ModelVersion,
  { snapshot, future, fingerprints, readings, levels, quantiles, ...task }: ScoreTask,
): Promise<InferenceResult> {
  const unfit =
    future !== null
      ? "a table of the future"
      : fingerprints
        ? "incremental"
        : readings
          ? "readings"
          : snapshot.future !== undefined
            ? `rows that source.fill takes from ${snapshot.future.query.table}`
            : undefined;
  if (unfit !== undefined)
    throw new ManymodelError(
      "usage",
      `an inference job cannot use ${unfit}; leave it out, or set snowflake.scoring: client`,
    );
  const askedLevels = levelsToAsk(levels, quantiles);
  const { query, timeColumn, panel, hasInstants, zone } = snapshot;
  const completion = changesRows(snapshot) ? JSON.stringify({ query, timeColumn, panel, hasInstants, zone }) : null;
  const { horizon, advance, outputTable, leadTime } = task;
  const ordered = leadTime !== undefined && { leadTime };
  return inference.score({
    version,
    snapshot,
    horizon,
    levels: askedLevels,
    advance,
    completion,
    outputTable,
    ...ordered,
  });
}

/** Writes the rows of partitions that an inference job has scored; those without a model are forecast as the batch says. */
export async function takeScored(
  engine: Pick<WorkerEngine, "source" | "output" | "inference">,
  scorers: Scorers,
  task: TakeScored,
): Promise<ScoredPart> {
  const { source, inference } = engine;
  const { snapshot, fallback } = task;
  if (inference === undefined)
    throw new ManymodelError("internal", `${task.file} is of an inference job, which this engine cannot run`);
  const scored = (await inference.outcomes(task.file)).map(([ordinal, text]) => [ordinal, decodeScored(text)] as const);
  const ordinals = Int32Array.from(scored, ([ordinal]) => ordinal);
  const keys = await source.keys(snapshot, 0, snapshot.partitions);
  const output = new PartOfBatch(task, scorers, ordinals.length);
  for (const [ordinal, outcome] of scored) {
    const key = at(keys, ordinal);
    if (outcome.status !== "NO_MODEL") output.add(key, outcome);
    else {
      const [rows] = fallback === null ? [] : rowRanges(await source.read(snapshot, [ordinal]));
      await output.addWithoutModel(key, outcome, rows);
    }
  }
  return output.write(engine, ordinals);
}

/**
 * Makes sure that a job gave every partition once. One that did not is removed, so that another one is launched.
 *
 * @throws {ManymodelError} `conflict` if it did not
 */
export async function checkComplete(
  inference: Inference,
  { job }: InferenceResult,
  {
    partitions,
    answers,
    answered,
  }: { readonly partitions: number; readonly answers: number; readonly answered: number },
): Promise<void> {
  if (answers === partitions && answered === partitions) return;
  await inference.remove(job);
  throw new ManymodelError(
    "conflict",
    `the inference job ${job} gave ${answers} answers for ${answered} of ${partitions} partitions; nothing is written, score again`,
  );
}
