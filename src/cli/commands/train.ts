import { type Command, InvalidArgumentError, Option } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import type { DeterminismCheck } from "../../api/verbs/check-determinism.ts";
import type { TrainOptions as ApiOptions } from "../../api/verbs/train-options.ts";
import { ManymodelError } from "../../core/errors.ts";
import { LAUNCHERS, type Launcher } from "../../core/launcher.ts";
import { RUN_MODES, type RunMode } from "../../core/run.ts";
import type { Estimate } from "../../pipeline/estimate.ts";
import type { ChangedSummary } from "../../registry/train-changed.ts";
import { failureGroups } from "../../runs/failure-groups.ts";
import { type CommonOptions, print, type Report, withWorkspace } from "../command.ts";
import { failureLines } from "../failures.ts";
import { RUN_STOPPED } from "../interrupt.ts";
import { autoOrCount } from "../option.ts";
import { showProgress } from "../progress.ts";
import { intervalLines, runIntervals } from "../run-intervals.ts";
import { sourceRowLines, sourceRows } from "../source-rows.ts";
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
  readonly checkDeterminism?: boolean;
  readonly since?: string;
  readonly fleet?: Launcher | true;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
}

/** Parses the name of a launcher. */
function launcher(text: string): Launcher {
  const match = LAUNCHERS.find((name) => name === text);
  if (match === undefined) throw new InvalidArgumentError(`it must be one of ${LAUNCHERS.join(", ")}.`);
  return match;
}

/** `manymodel train`: one model per partition of the configured source. */
export function addTrain(command: Command): void {
  command
    .option("--run-id <id>", "the run's id; by default the time")
    .addOption(new Option("--mode <mode>", "tasks, queue, or local to run in this process").choices(RUN_MODES))
    .option("--model <model>", "built-in method, or path of a model definition")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .option("--chunks <n>", "number of chunks to split the run into, or auto", autoOrCount)
    .option("--time-budget <duration>", "queue mode: start no chunk after this long, such as 10m")
    .option("--hard-deadline <duration>", "queue mode: stop chunks that still run after this long")
    .addOption(
      new Option("--worker-type <type>", "queue mode: start workers, or use those that serve").choices([
        "ephemeral",
        "persistent",
      ]),
    )
    .option("--changed-only", "train only partitions whose data have changed, and carry the others over")
    .option(
      "--since <run>",
      "the run, version or alias of register.model to compare with; by default the newest version's run",
    )
    .option("--check-determinism", "train again, split differently, and compare; exit code 1 if anything differs")
    .option("--fleet [launcher]", "have a fleet train: the configured one, process, slurm or kubernetes", launcher)
    .option("--detach", "with --fleet: submit the run and exit; resume waits for it")
    .option("--dry-run", "with --fleet: print the submission, and plan nothing")
    .action(async (options: TrainOptions) => {
      if (options.detach || options.dryRun) {
        const { fleet } = options;
        if (fleet === undefined) throw new ManymodelError("usage", "--detach and --dry-run need --fleet");
        return print(await withWorkspace(options, (mm) => handOver(mm, options, fleet)), options);
      }
      const report = await withWorkspace(options, async (mm) => {
        const began = performance.now();
        const progress = await showProgress("training", RUN_STOPPED);
        const { runId, manifest, index, changed } = await mm
          .train(options.model, { ...trainOptions(options), onProgress: progress.update })
          .finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        const { estimateOf } = await import("../../pipeline/estimate.ts");
        const estimate = changed?.carried ? undefined : await estimateOf(mm.engine.stage, manifest);
        const failures = await failureGroups(mm.engine.tables, runId, index.failed);
        const intervals = await runIntervals(mm.engine.tables, manifest);
        const source = await sourceRows(mm, manifest, index);
        const { partitions, chunks } = manifest;
        const determinism = options.checkDeterminism ? await mm.runs.checkDeterminism(runId) : undefined;
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
          ...(Object.keys(source).length > 0 && { source }),
          ...(determinism !== undefined && { determinism }),
        };
        const text = [
          `Run ${runId}: ${partitions} partitions in ${chunks} chunks, ${index.succeeded} trained, ${index.failed} failed${index.skipped > 0 ? `, ${index.skipped} not started` : ""}, ${formatSeconds(seconds)}.`,
          ...(changed === undefined ? [] : [changedText(changed)]),
          ...(estimate === undefined ? [] : [estimateError(estimate, seconds)]),
          ...failureLines(failures),
          ...(intervals === undefined ? [] : intervalLines(intervals, partitions)),
          ...sourceRowLines(source, manifest.snapshot),
          ...(determinism === undefined ? [] : determinismLines(determinism)),
          ...(index.succeeded > 0 ? [`Next: manymodel register --run ${runId}`] : []),
        ].join("\n");
        return { json, text };
      });
      print(report, options);
      if (report.json.succeeded === 0 || (report.json.determinism?.different ?? 0) > 0) process.exitCode = 1;
    });
}

/** Says whether the results depend on the split of the run. */
function determinismLines({ partitions, chunks, workers, different, first }: DeterminismCheck): string[] {
  const how = `trained again in ${chunks} chunk${chunks === 1 ? "" : "s"} by ${workers} worker${workers === 1 ? "" : "s"}`;
  if (different === 0) return [`Deterministic: all ${partitions} partitions came out the same, ${how}.`];
  return [
    `Not deterministic: ${different} of ${partitions} partitions came out differently, ${how}; the definition uses more than its data, exports and seed.`,
    ...first.map(({ partitionKey, what }) => `  ${partitionKey}: ${what}`),
  ];
}

/** Says which part of a run is new. */
function changedText({ since, trained, carried, why }: ChangedSummary): string {
  if (why !== null) return `All ${trained} partitions were trained: ${why}.`;
  return `${trained} partitions were trained, because they are new or their data have changed; ${carried} were carried over from ${since}.`;
}

function trainOptions(options: TrainOptions): ApiOptions {
  const { mode, runId, workers, chunks, timeBudget, hardDeadline, workerType, changedOnly, since, fleet } = options;
  const changedSince = since ?? changedOnly;
  return {
    ...(mode !== undefined && { mode }),
    ...(runId !== undefined && { runId }),
    ...(typeof workers === "number" && { workers }),
    ...(chunks !== undefined && { chunks }),
    ...(timeBudget !== undefined && { timeBudget }),
    ...(hardDeadline !== undefined && { hardDeadline }),
    ...(workerType !== undefined && { workerType }),
    ...(changedSince !== undefined && { changedSince }),
    ...(fleet !== undefined && { fleet }),
  };
}

/** Hands a run to a fleet without waiting for it, or says what would be handed over. */
async function handOver(mm: ManyModel, options: TrainOptions, launcher: Launcher | true): Promise<Report> {
  const { submit, describe } = await import("../../api/verbs/submit.ts");
  const { fleet: _, ...training } = trainOptions(options);
  if (options.dryRun) {
    const described = await describe(mm, options.model, { ...training, fleet: launcher });
    return { json: described, text: described.described.trimEnd() };
  }
  const {
    run: runId,
    partitions,
    chunks,
    launcher: by,
    job,
  } = await submit(mm, options.model, { ...training, fleet: launcher });
  const text = [
    `Run ${runId}: ${partitions} partitions in ${chunks} chunks, handed to ${by} as job ${job}.`,
    `Next: manymodel status ${runId}, manymodel resume ${runId} to wait for it`,
  ].join("\n");
  return { json: { run: runId, partitions, chunks, launcher: by, job }, text };
}

/** Compares the estimate of `manymodel plan` with the run. */
function estimateError({ wallSeconds, workers, partitions }: Estimate, seconds: number): string {
  const off = 100 * (seconds / wallSeconds - 1);
  return `Planned: ${formatSeconds(wallSeconds)} with ${workers} workers for ${partitions} partitions; it took ${off < 0 ? "" : "+"}${off.toFixed(0)} %.`;
}
