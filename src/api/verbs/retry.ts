import { ManymodelError } from "../../core/errors.ts";
import { decodeKey } from "../../core/partition-key.ts";
import { newRunId } from "../../core/run.ts";
import { stagePath } from "../../core/stage-path.ts";
import { train } from "../../pipeline/train.ts";
import { completedRun, readIndex, segmentRows } from "../../runs/read-index.ts";
import { trainContext } from "../run-spec.ts";
import type { Workspace } from "../workspace.ts";
import type { Run } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

/** Options of trying again. */
export type RetryOptions = Pick<
  TrainOptions,
  "runId" | "workers" | "fitTimeout" | "maxAttempts" | "signal" | "onProgress"
>;

/**
 * Trains those partitions of a completed run again that failed or were skipped: the same data, definition, options and
 * seeds, in a run of its own. `champions` makes one of both.
 *
 * @throws {ManymodelError} `input` if every partition has a model
 */
export async function retry(workspace: Workspace, runId: string, options: RetryOptions = {}): Promise<Run> {
  const { engine } = workspace;
  const { manifest, index: summary } = await completedRun(engine, runId);
  if (manifest.mode === "champions")
    throw new ManymodelError("usage", `${runId} is a collection of champions; retry its runs`);
  const index = await readIndex(engine.stage, summary, `run ${runId} was completed`);
  const keys = [];
  for (const segment of index.segments)
    if (segment.succeeded < segment.rows)
      for (const { row } of await segmentRows(engine.stage, segment, { summary: true }))
        if (row.outcome !== "succeeded") keys.push(decodeKey(row.partitionKey).key);
  if (keys.length === 0)
    throw new ManymodelError("input", `every partition of ${runId} has a model; there is nothing to retry`);
  const { snapshot, definition, keyArg, exports, seed, fitTimeoutMs } = manifest;
  const { context, count } = await trainContext(workspace, "tasks", options);
  const spec = {
    runId: options.runId ?? newRunId("retry", new Date(), Math.random),
    mode: "tasks" as const,
    query: snapshot.query,
    snapshot,
    keys,
    keyArg,
    exports,
    seed,
    workers: count,
    refines: runId,
    definition: { ...definition, bytes: await engine.stage.get(stagePath.definition(definition.sha256)) },
    ...(manifest.model !== undefined && { model: manifest.model }),
    chunks: "auto" as const,
    maxAttempts: options.maxAttempts ?? manifest.maxAttempts,
    ...(fitTimeoutMs !== null && { fitTimeoutMs }),
  };
  const run = await train(engine, spec, context);
  return { runId: spec.runId, ...run };
}
