import { ManymodelError } from "../../core/errors.ts";
import { planChanges, resumeRun, unfinishedRun } from "../../pipeline/resume.ts";
import { openFleet } from "../open-fleet.ts";
import { runSpec, trainContext } from "../run-spec.ts";
import { snapshotOf, type Workspace } from "../workspace.ts";
import { resumeOnFleet } from "./fleet-run.ts";
import { namedModel, type Run, trainDefinition } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

/** Options of continuing a run. */
export type ResumeOptions = Pick<TrainOptions, "workers" | "workerType" | "preWarm" | "signal" | "onProgress">;

/**
 * Continues an unfinished run under its pinned plan. Partitions with a committed result are not trained again.
 *
 * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if nothing is left to do
 */
export async function resume(workspace: Workspace, runId: string, options: ResumeOptions): Promise<Run> {
  const { manifest } = await unfinishedRun(workspace.engine, runId);
  const { mode, fleet } = manifest;
  // A collection that was left unfinished has nothing to train.
  if (mode === "champions" || mode === "patch" || mode === "changed")
    throw new ManymodelError(
      "conflict",
      `run ${runId} collects models of other runs, so it cannot be resumed; collect them again`,
    );
  const { context, count } = await trainContext(workspace, mode, options);
  const resumed =
    fleet === undefined
      ? await resumeRun(workspace.engine, runId, count, context)
      : await resumeOnFleet(workspace, await openFleet(workspace, fleet), runId, context);
  return { runId, ...resumed };
}

/**
 * Returns the differences between an unfinished run's plan and the plan of the data, the definition and the
 * configuration of now: a line each, none if nothing has changed. A run that refines another follows that run's plan.
 *
 * @throws {ManymodelError} as `resume` does
 */
export async function changesSince(workspace: Workspace, runId: string): Promise<string[]> {
  const { manifest } = await unfinishedRun(workspace.engine, runId);
  if (manifest.refines !== null) return [];
  const { definition, choice } = await namedModel(workspace, manifest.model);
  const { spec } = await runSpec(workspace, definition, { ...choice, earlier: manifest });
  return planChanges(manifest, { ...spec, snapshot: await snapshotOf(workspace) });
}

/** Starts a new run in place of an unfinished one: with its model, and the data and configuration of now. */
export async function fork(workspace: Workspace, runId: string, options: ResumeOptions): Promise<Run> {
  const { manifest } = await unfinishedRun(workspace.engine, runId);
  const { definition, choice } = await namedModel(workspace, manifest.model);
  return trainDefinition(workspace, definition, { ...options, ...choice });
}
