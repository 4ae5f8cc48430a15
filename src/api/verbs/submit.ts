import type { Launcher } from "../../core/launcher.ts";
import type { ModelChoice } from "../configured-model.ts";
import { openFleet } from "../open-fleet.ts";
import { runSpec } from "../run-spec.ts";
import type { Workspace } from "../workspace.ts";
import { describeFleetRun, submitToFleet } from "./fleet-run.ts";
import { namedModel } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

/** Options of training on a fleet without waiting for it. */
export type SubmitOptions = Omit<TrainOptions, "changedSince" | "signal" | "onProgress"> & {
  readonly fleet: Launcher | true;
};

/** A run that a fleet trains. */
export interface SubmittedRun {
  readonly run: string;
  readonly partitions: number;
  readonly chunks: number;
  readonly launcher: Launcher;
  readonly job: string;
}

/** Plans a run, hands it to a fleet, and does not wait for it: `runs.resume` does. */
export async function submit(
  workspace: Workspace,
  model: ModelChoice | undefined,
  options: SubmitOptions,
): Promise<SubmittedRun> {
  const { open, spec } = await prepare(workspace, model, options);
  const { manifest, job } = await submitToFleet(workspace, open, spec);
  const { runId: run, partitions, chunks } = manifest;
  return { run, partitions, chunks, launcher: open.fleet.launcher, job };
}

/** Describes the request that `submit` would hand to the fleet, as its launcher reads it. Plans nothing. */
export async function describe(
  workspace: Workspace,
  model: ModelChoice | undefined,
  options: SubmitOptions,
): Promise<{ readonly launcher: Launcher; readonly described: string }> {
  const { open, spec } = await prepare(workspace, model, options);
  return { launcher: open.fleet.launcher, described: await describeFleetRun(workspace, open, spec) };
}

async function prepare(workspace: Workspace, model: ModelChoice | undefined, { fleet, ...options }: SubmitOptions) {
  const { definition, choice } = await namedModel(workspace, model, options);
  const { spec } = await runSpec(workspace, definition, { ...options, ...choice });
  return { open: await openFleet(workspace, fleet), spec };
}
