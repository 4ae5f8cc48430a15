import { ManymodelError, show } from "../core/errors.ts";
import type { IndexSummary, RunManifest, RunRecord, Snapshot } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import { knownRun } from "../runs/known-run.ts";
import { leaseHolders } from "../runs/lease-holders.ts";
import { getJson } from "../stages/json.ts";
import { buildIndex } from "./build-index.ts";
import { planTasks, type RunSpec } from "./plan-run.ts";
import { type TrainContext, workOnRun } from "./train.ts";

/**
 * Returns a run that was left unfinished, with its pinned plan.
 *
 * @throws {ManymodelError} `not-found` for an unknown run; `conflict` if there is nothing to go on with
 */
export async function unfinishedRun(
  { catalog, stage }: Engine,
  runId: string,
): Promise<{ run: RunRecord; manifest: RunManifest }> {
  const run = await knownRun(catalog, runId);
  if (run.state === "completed" || run.state === "failed")
    throw new ManymodelError(
      "conflict",
      run.state === "completed"
        ? `run ${runId} is completed; there is nothing to resume`
        : `run ${runId} could not be planned (${run.error}); train again`,
    );
  if (run.manifest !== null) return { run, manifest: run.manifest };
  const manifest = await getJson<RunManifest>(stage, stagePath.manifest(runId)).catch((cause: unknown) => {
    throw new ManymodelError(
      "conflict",
      `run ${runId} was interrupted before its plan was written, so nothing was done yet; train again`,
      { cause },
    );
  });
  return { run, manifest };
}

/** Lists the differences if the run were planned now: one line each, empty if there are none. */
export function planChanges(
  { snapshot, definition, exports, seed, keyArg }: RunManifest,
  now: Pick<RunSpec, "definition" | "exports" | "seed" | "keyArg"> & { readonly snapshot: Snapshot },
): string[] {
  const changes: string[] = [];
  const note = (subject: string, was: unknown, is: unknown) => {
    if (JSON.stringify(was) === JSON.stringify(is)) return;
    if (!isRecord(was) || !isRecord(is)) changes.push(`${subject} was ${spelled(was)}, and is ${spelled(is)}`);
    else
      for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
        note(`${subject}.${name}`, was[name], is[name]);
  };
  note("source", snapshot.query, now.snapshot.query);
  if (changes.length === 0 && snapshot.future?.id !== now.snapshot.future?.id)
    changes.push(`the rows of ${now.snapshot.query.fill?.futureTable} have changed`);
  if (changes.length === 0 && snapshot.id !== now.snapshot.id)
    changes.push(
      `the data of ${snapshot.query.table} have changed: ${snapshot.rows} rows of ${snapshot.partitions} partitions then, ${now.snapshot.rows} of ${now.snapshot.partitions} now`,
    );
  if (definition.sha256 !== now.definition.sha256)
    changes.push(
      definition.name === now.definition.name
        ? `the model definition ${definition.name} has changed`
        : `the model definition was ${definition.name}, and is ${now.definition.name}`,
    );
  note("exports", exports, now.exports);
  note("the seed", seed, now.seed);
  note("the loop variable", keyArg, now.keyArg);
  return changes;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const spelled = (value: unknown) => (value === undefined ? "left out" : show(value));

/**
 * Goes on with a run after whatever process worked on it has ended, under its pinned plan: what has a committed attempt
 * stays, everything else is done. Several processes may resume the same run: they share the work.
 *
 * @throws {ManymodelError} as `unfinishedRun` does
 */
export async function resumeRun(
  engine: Engine,
  runId: string,
  workers: number,
  context: TrainContext,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const manifest = await finishPlanning(engine, runId);
  const { queue } = engine;
  const holders = leaseHolders(await queue.chunks(runId));
  await queue.release(
    runId,
    holders.filter((name) => engine.workers.isGone(name)),
  );
  await workOnRun(engine, manifest, workers, context);
  return { manifest, index: await buildIndex(engine, runId, context.now()) };
}

/**
 * Returns an unfinished run's plan, carried out to the end where it was interrupted. @throws {ManymodelError} as
 * `unfinishedRun`
 */
export async function finishPlanning(engine: Engine, runId: string): Promise<RunManifest> {
  const { run, manifest } = await unfinishedRun(engine, runId);
  if (run.state === "planning") await planTasks(engine, manifest, await keysOf(engine, manifest));
  return manifest;
}

/** Returns the keys that a run was given, or undefined if it trains all of the source's. */
async function keysOf({ stage }: Engine, { runId }: RunManifest): Promise<readonly string[] | undefined> {
  const path = stagePath.keys(runId);
  return (await stage.list(`runs/${runId}/`)).includes(path) ? getJson<string[]>(stage, path) : undefined;
}
