import { type Command, InvalidArgumentError, Option } from "commander";
import type { ManyModel } from "../../api/connect.ts";
import { ManymodelError } from "../../core/errors.ts";
import { LAUNCHERS, type Launcher } from "../../core/launcher.ts";
import { RUN_MODES, type RunMode } from "../../core/run.ts";
import { type Estimate, estimateOf } from "../../pipeline/estimate.ts";
import type { ChangedSummary } from "../../registry/train-changed.ts";
import { addCommand, type CommonOptions, print, type Report, withWorkspace } from "../command.ts";
import { failureGroups, failureLines } from "../failures.ts";
import { RUN_STOPPED } from "../interrupt.ts";
import { autoOrCount } from "../option.ts";
import { showProgress } from "../progress.ts";
import { intervalLines, runIntervals } from "../run-intervals.ts";
import { formatSeconds } from "../table.ts";

interface TrainOptions extends CommonOptions {
  readonly runId?: string;
  readonly mode?: RunMode;
  readonly model?: string;
  readonly workers?: number | "auto";
  readonly chunks?: number | "auto";
  readonly timeBudget?: string;
  readonly hardDeadline?: string;
  readonly workerType?: "ephemeral" | "persistent";
  readonly changedOnly?: boolean;
  readonly since?: string;
  readonly fleet?: Launcher | true;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
}

/** Parses the name of a launcher. */
function launcher(text: string): Launcher {
  const found = LAUNCHERS.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`it must be one of ${LAUNCHERS.join(", ")}.`);
  return found;
}

/** `manymodel train`: one model per partition of the configured source. */
export function addTrain(program: Command): void {
  addCommand(program, "train", "train one model per partition of the source")
    .option("--run-id <id>", "the run's id; made from the time when left out")
    .addOption(new Option("--mode <mode>", "tasks, queue, or local to run in this process").choices(RUN_MODES))
    .option("--model <model>", "built-in method, or path of a model definition")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .option("--chunks <n>", "into how many chunks to split the run, or auto", autoOrCount)
    .option("--time-budget <duration>", "queue mode: begin no chunk after this long, such as 10m")
    .option("--hard-deadline <duration>", "queue mode: end what still runs after this long")
    .addOption(
      new Option("--worker-type <type>", "queue mode: start workers, or use those that serve").choices([
        "ephemeral",
        "persistent",
      ]),
    )
    .option("--changed-only", "train only partitions whose data have changed, and carry the others over")
    .option(
      "--since <run>",
      "changed since which run, or version or alias of register.name; the newest version's run when left out",
    )
    .option("--fleet [launcher]", "have a fleet train: the configured one, process, slurm or kubernetes", launcher)
    .option("--detach", "with --fleet: hand the run over and end; resume waits for it")
    .option("--dry-run", "with --fleet: print what would be handed over, and plan nothing")
    .action(async (options: TrainOptions) => {
      if (options.fleet === undefined && (options.detach || options.dryRun))
        throw new ManymodelError("usage", "--detach and --dry-run are of --fleet");
      if (options.detach || options.dryRun)
        return print(await withWorkspace(options, (mm) => handOver(mm, options, options.fleet!)), options);
      const report = await withWorkspace(options, async (mm) => {
        const { definition, exports } = await modelOf(mm, options);
        const { train, register } = mm.config;
        const changedOnly = options.changedOnly ?? (options.since !== undefined || train.changed_only);
        const since = changedOnly ? await mm.earlierRun(register.name, options.since) : undefined;
        const began = performance.now();
        const progress = await showProgress("training", RUN_STOPPED);
        const { runId, manifest, index, changed } = await mm
          .foreachPartition(mm.config.train.model_key_arg)
          .dopar(definition, {
            exports,
            onProgress: progress.update,
            ...loopOptions(options),
            ...(since !== undefined && { changedSince: since }),
            ...(options.fleet !== undefined && { fleet: options.fleet }),
          })
          .finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        const estimate = changed?.carried ? undefined : await estimateOf(mm.engine.stage, manifest);
        const failures = index.failed > 0 ? await failureGroups(mm.engine.tables, runId) : [];
        const intervals = await runIntervals(mm.engine.tables, manifest);
        const { partitions, chunks } = manifest;
        const json = {
          run: runId,
          partitions,
          chunks,
          succeeded: index.succeeded,
          failed: index.failed,
          skipped: index.skipped,
          seconds,
          ...(changed !== undefined && { changed }),
          ...(estimate !== undefined && { estimate }),
          failures,
          ...(intervals !== undefined && { intervals }),
        };
        const text = [
          `Run ${runId}: ${partitions} partitions in ${chunks} chunks, ${index.succeeded} trained, ${index.failed} failed${index.skipped > 0 ? `, ${index.skipped} not begun` : ""}, ${formatSeconds(seconds)}.`,
          ...(changed === undefined ? [] : [changedText(changed)]),
          ...(estimate === undefined ? [] : [estimateError(estimate, seconds)]),
          ...failureLines(failures),
          ...(intervals === undefined ? [] : intervalLines(intervals, partitions)),
          ...(index.succeeded > 0 ? [`Next: manymodel register --run ${runId}`] : []),
        ].join("\n");
        return { json, text };
      });
      print(report, options);
      if (report.json.succeeded === 0) process.exitCode = 1;
    });
}

/** What of a run is new. */
function changedText({ since, trained, carried, why }: ChangedSummary): string {
  if (why !== null) return `All ${trained} partitions were trained: ${why}.`;
  return `${trained} partitions were trained, because they are new or their data have changed; ${carried} were carried over from ${since}.`;
}

function loopOptions(options: TrainOptions) {
  return {
    ...(options.mode !== undefined && { mode: options.mode }),
    ...(options.runId !== undefined && { modelRunId: options.runId }),
    ...(options.model !== undefined && { model: options.model }),
    ...(typeof options.workers === "number" && { workers: options.workers }),
    ...(options.chunks !== undefined && { chunksPerJob: options.chunks }),
    ...(options.timeBudget !== undefined && { timeBudget: options.timeBudget }),
    ...(options.hardDeadline !== undefined && { hardDeadline: options.hardDeadline }),
    ...(options.workerType !== undefined && { workerType: options.workerType }),
  };
}

async function modelOf(mm: ManyModel, options: TrainOptions) {
  const { configuredModel } = await import("../../api/configured-model.ts");
  return configuredModel(mm, options.model ?? mm.config.model);
}

/** Hands a run to a fleet without waiting for it, or says what would be handed over. */
async function handOver(mm: ManyModel, options: TrainOptions, launcher: Launcher | true): Promise<Report> {
  const [{ runSpec }, { openFleet }, { describeFleetRun, submitToFleet }] = await Promise.all([
    import("../../api/run-spec.ts"),
    import("../../api/open-fleet.ts"),
    import("../../api/fleet-run.ts"),
  ]);
  const { definition, exports } = await modelOf(mm, options);
  const keyArg = mm.config.train.model_key_arg;
  const { spec } = await runSpec(mm, keyArg, undefined, definition, { exports, ...loopOptions(options) });
  const fleet = await openFleet(mm, launcher);
  if (options.dryRun) {
    const described = await describeFleetRun(mm, fleet, spec);
    return { json: { launcher: fleet.fleet.launcher, described }, text: described.trimEnd() };
  }
  const { manifest, job } = await submitToFleet(mm, fleet, spec);
  const { runId, partitions, chunks } = manifest;
  const text = [
    `Run ${runId}: ${partitions} partitions in ${chunks} chunks, handed to ${fleet.fleet.launcher} as job ${job}.`,
    `Next: manymodel status ${runId}, manymodel resume ${runId} to wait for it`,
  ].join("\n");
  return { json: { run: runId, partitions, chunks, launcher: fleet.fleet.launcher, job }, text };
}

/** How far off `manymodel plan` was. */
function estimateError({ wallSeconds, workers, partitions }: Estimate, seconds: number): string {
  const off = 100 * (seconds / wallSeconds - 1);
  return `Planned: ${formatSeconds(wallSeconds)} with ${workers} workers for ${partitions} partitions; it took ${off < 0 ? "" : "+"}${off.toFixed(0)} %.`;
}
