import type { PartitionOutcome } from "../../core/artifact.ts";
import { ManymodelError } from "../../core/errors.ts";
import { newRunId } from "../../core/run.ts";
import { stagePath } from "../../core/stage-path.ts";
import { train } from "../../pipeline/train.ts";
import { completedRun, readIndex, segmentRows } from "../../runs/read-index.ts";
import type { LongCallOptions } from "../run-context.ts";
import { trainContext } from "../run-spec.ts";
import type { Workspace } from "../workspace.ts";

/** The result of training a run's partitions again, split differently. */
export interface DeterminismCheck {
  readonly runId: string;
  readonly partitions: number;
  /** The numbers of chunks and workers of the second training. */
  readonly chunks: number;
  readonly workers: number;
  /** The number of partitions that came out differently. */
  readonly different: number;
  /** The first of these partitions, by encoded key, each with its first difference. */
  readonly first: readonly { readonly partitionKey: string; readonly what: string }[];
}

const SHOWN = 5;

/** The fields of an outcome that must not depend on the split of a run. */
const FIXED = [
  "outcome",
  "model",
  "modelKind",
  "metrics",
  "forecast",
  "info",
  "seed",
  "dataSha256",
  "errorType",
] as const;

/**
 * Trains the partitions of a completed run again from the same data, definition, exports and seed, in one chunk by one
 * worker (in 12 chunks by two, if the run was in one), and compares the outcomes. Keeps nothing of the second training.
 *
 * @throws {ManymodelError} `conflict` if the run is not completed, `usage` for a collection of other runs
 */
export async function checkDeterminism(
  workspace: Workspace,
  runId: string,
  options: LongCallOptions = {},
): Promise<DeterminismCheck> {
  const { engine } = workspace;
  const { manifest } = await completedRun(engine, runId);
  if (manifest.mode === "champions" || manifest.mode === "patch" || manifest.mode === "changed")
    throw new ManymodelError("usage", `${runId} collects models of other runs; check these runs`);
  const [chunks, workers] = manifest.chunks === 1 ? [12, 2] : [1, 1];
  const { snapshot, definition, keyArg, exports, seed, fitTimeoutMs } = manifest;
  const first = await outcomesOf(workspace, runId);
  const all = first.length === snapshot.partitions;
  const { context } = await trainContext(workspace, "tasks", { ...options, workers });
  const again = newRunId("check", context.now(), Math.random);
  const spec = {
    runId: again,
    mode: "tasks" as const,
    query: snapshot.query,
    snapshot,
    ...(!all && { keys: first.map(({ key }) => key) }),
    keyArg,
    exports,
    seed,
    workers,
    definition: { ...definition, bytes: await engine.stage.get(stagePath.definition(definition.sha256)) },
    chunks: Math.min(chunks, first.length),
    maxAttempts: manifest.maxAttempts,
    ...(fitTimeoutMs !== null && { fitTimeoutMs }),
  };
  await train(engine, spec, context);
  try {
    const second = new Map((await outcomesOf(workspace, again)).map((row) => [row.partitionKey, row]));
    const differing = first.flatMap((row) => {
      const other = second.get(row.partitionKey);
      const field = FIXED.find((name) => row[name] !== other?.[name]);
      // What was never begun, or could not be in time, says nothing of the definition.
      return field === undefined || row.outcome === "skipped" ? [] : [{ partitionKey: row.partitionKey, what: field }];
    });
    const different = differing.length;
    return { runId, partitions: first.length, chunks, workers, different, first: differing.slice(0, SHOWN) };
  } finally {
    await workspace.models.removeRun(again);
  }
}

async function outcomesOf({ engine }: Workspace, runId: string): Promise<PartitionOutcome[]> {
  const { index: summary } = await completedRun(engine, runId);
  const { segments } = await readIndex(engine.stage, summary, `run ${runId} was completed`);
  const rows: PartitionOutcome[] = [];
  for (const segment of segments) for (const { row } of await segmentRows(engine.stage, segment)) rows.push(row);
  return rows;
}
