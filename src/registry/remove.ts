import type { ModelIndex } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Change } from "../core/registry.ts";
import type { RunManifest } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import { knownRun } from "../runs/known-run.ts";
import { readIndex } from "../runs/read-index.ts";

/**
 * Deletes a run: its record, its rows in the result tables, and its artifacts. Ended in
 * the middle, it can be done again; or `findGarbage` finds the rest.
 *
 * @throws {ManymodelError} `not-found` for an unknown run; `conflict` while it is in progress, or while a version or a
 *   collection of champions uses its models
 */
export async function removeRun(engine: Engine, runId: string, change: Change): Promise<void> {
  const { catalog, objects, queue, stage, views, versions } = engine;
  const { state } = await knownRun(catalog, runId);
  if (state !== "completed" && state !== "failed")
    throw new ManymodelError("conflict", `run ${runId} is ${state}; resume or cancel it before deleting it`);
  const runs = new Map((await catalog.runs()).map((run) => [run.runId, run]));
  for (const version of await versions.list()) {
    const name = `${version.model} ${version.version}`;
    const read = () => readIndex(stage, version.index, `${name} was registered`);
    if (await isUsedBy(version.runId, runs.get(version.runId)?.manifest, read, runId))
      throw new ManymodelError("conflict", `version ${name} uses run ${runId}; delete the version first`);
  }
  for (const { runId: other, manifest, index } of runs.values()) {
    if (other === runId || index === null) continue;
    if (await isUsedBy(other, manifest, () => readIndex(stage, index, `run ${other} was completed`), runId))
      throw new ManymodelError("conflict", `run ${other} collects models of run ${runId}; delete it first`);
  }
  await objects?.remove(await objects.list(runId));
  await views.conceal(runId);
  await queue.forget(runId);
  // Noted first: by that, what is left on the stage is garbage if this process ends before it has removed it.
  await versions.note({ ...change, action: "delete-run", model: null, version: null, details: { run: runId } });
  await catalog.removeRun(runId);
  await stage.remove(`runs/${runId}/`);
}

/** Runs that are collected from the segments of others. */
const COLLECTED: readonly RunManifest["mode"][] = ["champions", "patch", "changed"];

/**
 * Tells whether another run uses a run's models. Only a collection has models of other runs, and its plan names them
 * where its index cannot be read.
 */
async function isUsedBy(
  user: string,
  manifest: RunManifest | null | undefined,
  read: () => Promise<ModelIndex>,
  runId: string,
): Promise<boolean> {
  if (user === runId) return true;
  if (manifest && !COLLECTED.includes(manifest.mode)) return false;
  try {
    return (await read()).sources.some((source) => source.runId === runId);
  } catch (error) {
    if (!manifest || !(error instanceof ManymodelError)) throw error;
    const { champions, patch, changed } = manifest;
    return [...(champions?.runs ?? []), patch?.of, patch?.by, changed?.since, changed?.by].includes(runId);
  }
}
