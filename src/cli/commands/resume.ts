import type { Command } from "commander";
import type { ManyModel } from "../../api/connect.ts";
import type { DoparOptions } from "../../api/dopar-options.ts";
import { ManymodelError } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureGroups, failureLines } from "../failures.ts";
import { RUN_STOPPED } from "../interrupt.ts";
import { autoOrCount } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

interface ResumeOptions extends CommonOptions {
  readonly pinned?: boolean;
  readonly fork?: boolean;
  readonly workers?: number | "auto";
}

/** `manymodel resume RUN`: goes on with a run that was left unfinished. */
export function addResume(program: Command): void {
  addCommand(program, "resume <run>", "go on with a run whose process has ended; what is committed is not done again")
    .option("--pinned", "go on with the data, definition and options of then, even if they have changed")
    .option("--fork", "if they have changed, start a new run with those of now instead")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .action(async (runId: string, options: ResumeOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const now = options.pinned ? undefined : await plannedNow(mm, runId);
        const changes = now?.changes ?? [];
        if (changes.length > 0 && !options.fork)
          throw new ManymodelError(
            "conflict",
            `run ${runId} was planned otherwise: ${changes.join("; ")}. --pinned goes on as it was planned, --fork starts a new run`,
          );
        const began = performance.now();
        const progress = await showProgress("training", RUN_STOPPED);
        const workers = typeof options.workers === "number" ? { workers: options.workers } : {};
        const onProgress = progress.update;
        const resume = () => mm.resume(runId, { ...workers, onProgress });
        const run = await (changes.length > 0 ? now!.fork({ ...workers, onProgress }) : resume()).finally(
          progress.stop,
        );
        const seconds = (performance.now() - began) / 1000;
        const { succeeded, failed, skipped } = run.index;
        const failures = failed > 0 ? await failureGroups(mm.engine.tables, run.runId) : [];
        const what = changes.length > 0 ? `Run ${run.runId}, in place of ${runId}` : `Run ${runId}`;
        const text = [
          `${what}: ${run.manifest.partitions} partitions, ${succeeded} trained, ${failed} failed${skipped > 0 ? `, ${skipped} not begun` : ""}, ${formatSeconds(seconds)}.`,
          ...failureLines(failures),
          ...(succeeded > 0 ? [`Next: manymodel register --run ${run.runId}`] : []),
        ].join("\n");
        return { json: { run: run.runId, succeeded, failed, skipped, seconds, changes, failures }, text };
      });
      print(report, options);
      if (report.json.succeeded === 0) process.exitCode = 1;
    });
}

/**
 * What would be planned otherwise now, and how to start a run of that. The model that `train --model` named is the run's
 * own. Runs that refine another follow that one's plan, whatever the configuration says.
 */
async function plannedNow(mm: ManyModel, runId: string) {
  const [{ planChanges, unfinishedRun }, { runSpec }, { configuredModel }] = await Promise.all([
    import("../../pipeline/resume.ts"),
    import("../../api/run-spec.ts"),
    import("../../api/configured-model.ts"),
  ]);
  const { manifest } = await unfinishedRun(mm.engine, runId);
  if (manifest.refines !== null) return undefined;
  const { model } = manifest;
  const { definition, exports } = await configuredModel(mm, model ?? mm.config.model);
  const own = { exports, ...(model !== undefined && { model }) };
  const keyArg = mm.config.train.model_key_arg;
  const { spec } = await runSpec(mm, keyArg, undefined, definition, own);
  const changes = planChanges(manifest, { ...spec, snapshot: await mm.engine.source.snapshot(spec.query) });
  const fork = (options: Pick<DoparOptions, "workers" | "onProgress">) =>
    mm.foreachPartition(keyArg).dopar(definition, { ...own, ...options });
  return { changes, fork };
}

/** `manymodel retry RUN`: trains what failed again. */
export function addRetry(program: Command): void {
  addCommand(program, "retry <run>", "train the partitions of a completed run again that have no model")
    .option("--run-id <id>", "the new run's id; made from the time when left out")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .action(async (runId: string, options: CommonOptions & { runId?: string; workers?: number | "auto" }) => {
      const report = await withWorkspace(options, async (mm) => {
        const progress = await showProgress("training", RUN_STOPPED);
        const run = await mm
          .retry(runId, {
            onProgress: progress.update,
            ...(options.runId !== undefined && { modelRunId: options.runId }),
            ...(typeof options.workers === "number" && { workers: options.workers }),
          })
          .finally(progress.stop);
        const { succeeded, failed } = run.index;
        const failures = failed > 0 ? await failureGroups(mm.engine.tables, run.runId) : [];
        const text = [
          `Run ${run.runId}: ${run.manifest.partitions} partitions of ${runId} again, ${succeeded} trained, ${failed} failed.`,
          ...failureLines(failures),
          ...(succeeded > 0 ? [`Next: manymodel champions --runs ${runId},${run.runId}`] : []),
        ].join("\n");
        return { json: { run: run.runId, partitions: run.manifest.partitions, succeeded, failed, failures }, text };
      });
      print(report, options);
      if (report.json.succeeded === 0) process.exitCode = 1;
    });
}
