import type { ModelIndex } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Change } from "../core/registry.ts";
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
  for (const version of await versions.list()) {
    const name = `${version.model} ${version.version}`;
    const users =
      version.runId === runId ? true : uses(await readIndex(stage, version.index, `${name} was registered`), runId);
    if (users) throw new ManymodelError("conflict", `version ${name} uses run ${runId}; delete the version first`);
  }
  for (const run of await catalog.runs()) {
    if (run.runId === runId || run.index === null) continue;
    if (uses(await readIndex(stage, run.index, `run ${run.runId} was completed`), runId))
      throw new ManymodelError("conflict", `run ${run.runId} collects models of run ${runId}; delete it first`);
  }
  await objects?.remove(await objects.list(runId));
  await views.conceal(runId);
  await queue.forget(runId);
  // Noted first: by that, what is left on the stage is garbage if this process ends before it has removed it.
  await versions.note({ ...change, action: "delete-run", model: null, version: null, details: { run: runId } });
  await catalog.removeRun(runId);
  await stage.remove(`runs/${runId}/`);
}

const uses = ({ sources }: ModelIndex, runId: string) => sources.some((source) => source.runId === runId);
