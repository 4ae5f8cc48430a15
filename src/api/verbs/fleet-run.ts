import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { splitIntoChunks } from "../../core/chunk.ts";
import { parseDuration } from "../../core/duration.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { IndexSummary, RunManifest } from "../../core/run.ts";
import { commitAttempts } from "../../fleets/commit-attempts.ts";
import { type DispatchOptions, dispatchRun, endRun, launchChunks, tasksJob } from "../../fleets/dispatch-run.ts";
import { type FleetRecord, fleetRecord } from "../../fleets/launch.ts";
import { workersOnRun } from "../../fleets/workers-on-run.ts";
import { buildIndex } from "../../pipeline/build-index.ts";
import { planRun, type RunSpec } from "../../pipeline/plan-run.ts";
import { finishPlanning } from "../../pipeline/resume.ts";
import type { TrainContext } from "../../pipeline/train.ts";
import type { FleetJob, FleetStatus } from "../../ports/fleet.ts";
import { stoppableProgress } from "../../runs/run-context.ts";
import { type OpenFleet, openFleet } from "../open-fleet.ts";
import { runContext } from "../run-context.ts";
import type { Workspace } from "../workspace.ts";

/** Tasks of an array, where nobody says how many chunks each has: Slurm's own limit, as it comes. */
const MOST_TASKS = 1000;
const POLL = "5s";

function dispatchOptions({ settings, fleet, config: file }: OpenFleet, runId: string, chunks: number): DispatchOptions {
  const config = ["--config", file];
  const perTask = settings.chunks_per_task;
  return {
    committer: `${hostname().replaceAll(".", "-")}.${process.pid}.commit`,
    chunksPerTask: perTask === "auto" ? Math.ceil(chunks / MOST_TASKS) : perTask,
    taskArgs: (launch) => ["task", runId, "--launch", launch, "--workers", String(settings.cpus), ...config],
    ...(settings.shared_catalog && fleet.dependencies && { finalizerArgs: ["index", runId, ...config] }),
    pollMs: parseDuration("fleet.poll", settings.poll ?? POLL),
    newName: () => randomBytes(4).toString("hex"),
  };
}

/** Returns the job of workers of a run. */
function workersJob({ settings, config }: OpenFleet, runId: string): FleetJob {
  const args = ["worker", "--run", runId, "--workers", String(settings.cpus), "--config", config];
  return { name: runId, kind: "workers", count: settings.workers, args };
}

/** Describes the request to the fleet for a run, without planning it. */
export async function describeFleetRun(workspace: Workspace, open: OpenFleet, spec: RunSpec): Promise<string> {
  if (open.kindFor(spec.mode) === "workers") return open.fleet.describe(workersJob(open, spec.runId));
  const partitions =
    spec.keys?.length ?? (spec.snapshot ?? (await workspace.engine.source.snapshot(spec.query))).partitions;
  const chunks = splitIntoChunks(partitions, spec).map(({ chunk }) => chunk);
  const options = dispatchOptions(open, spec.runId, chunks.length);
  const job = tasksJob(spec.runId, { chunks, perTask: options.chunksPerTask }, options.newName(), options);
  const finalizer = options.finalizerArgs && {
    name: spec.runId,
    kind: "workers" as const,
    count: 1,
    args: options.finalizerArgs,
    after: "JOB",
  };
  return [job, ...(finalizer === undefined ? [] : [finalizer])].map((one) => open.fleet.describe(one)).join("\n");
}

/** Returns a run from plan to index, trained by a fleet. */
export async function trainOnFleet(
  workspace: Workspace,
  open: OpenFleet,
  spec: RunSpec,
  context: TrainContext,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const manifest = await planFleetRun(workspace, open, spec);
  return { manifest, index: await finishOnFleet(workspace, open, manifest, context) };
}

/** Plans a run and hands it to a fleet, without waiting for it. Gives the job. */
export async function submitToFleet(
  workspace: Workspace,
  open: OpenFleet,
  spec: RunSpec,
): Promise<{ manifest: RunManifest; job: string }> {
  if (open.kindFor(spec.mode) !== "tasks")
    throw new ManymodelError(
      "usage",
      "--detach needs mode tasks, on a fleet with tasks: otherwise this process feeds the workers",
    );
  const manifest = await planFleetRun(workspace, open, spec);
  const options = dispatchOptions(open, spec.runId, manifest.chunks);
  const { job } = await launchChunks(workspace.engine, manifest, open.fleet, options);
  return { manifest, job };
}

function planFleetRun(workspace: Workspace, open: OpenFleet, spec: RunSpec): Promise<RunManifest> {
  const fleet = open.kindFor(spec.mode) === "tasks" ? { fleet: open.fleet.launcher } : {};
  return planRun(workspace.engine, { ...spec, ...fleet }, runContext(workspace.engine));
}

/** Goes on with a run that was handed to a fleet. */
export async function resumeOnFleet(
  workspace: Workspace,
  open: OpenFleet,
  runId: string,
  context: TrainContext,
): Promise<{ manifest: RunManifest; index: IndexSummary }> {
  const manifest = await finishPlanning(workspace.engine, runId);
  return { manifest, index: await finishOnFleet(workspace, open, manifest, context) };
}

async function finishOnFleet(
  workspace: Workspace,
  open: OpenFleet,
  manifest: RunManifest,
  context: TrainContext,
): Promise<IndexSummary> {
  const { runId } = manifest;
  const options = dispatchOptions(open, runId, manifest.chunks);
  if (manifest.fleet === undefined) {
    const workers = { fleet: open.fleet, job: workersJob(open, runId), pollMs: options.pollMs };
    await workersOnRun(workspace.engine, manifest, workers, context);
  } else await dispatchRun(workspace.engine, manifest, open.fleet, options, stoppableProgress(context));
  return buildIndex(workspace.engine, runId, context.now());
}

/** Commits what a fleet's tasks have left of a run: what the finalizer does before it builds the index. */
export async function commitFleetRun({ engine }: Workspace, { runId, maxAttempts }: RunManifest): Promise<void> {
  const name = `${hostname().replaceAll(".", "-")}.${process.pid}.commit`;
  await commitAttempts(engine, runId, { name, maxAttempts });
}

/** Returns the job that a fleet has of a run, and how it stands; undefined if it has none. */
export async function fleetJob(
  workspace: Workspace,
  runId: string,
): Promise<(FleetRecord & { status: FleetStatus }) | undefined> {
  const record = await fleetRecord(workspace.engine.stage, runId);
  if (record === undefined) return undefined;
  const { fleet } = await openFleet(workspace, record.launcher);
  return { ...record, status: await fleet.status(record.job) };
}

/** Cancels the job of a run; what its tasks have left is committed, and the rest ended. Gives how many chunks that is. */
export async function cancelOnFleet(workspace: Workspace, manifest: RunManifest, record: FleetRecord): Promise<number> {
  const { fleet } = await openFleet(workspace, record.launcher);
  for (const job of [record.job, record.finalizer]) if (job !== null) await fleet.cancel(job);
  await commitFleetRun(workspace, manifest);
  return endRun(workspace.engine, manifest.runId, "cancelled");
}
