import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import { failureGroups } from "../../runs/failure-groups.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureLines } from "../failures.ts";
import { RUN_STOPPED } from "../interrupt.ts";
import { autoOrCount } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

interface ResumeOptions extends CommonOptions {
  readonly pinned?: boolean;
  readonly fork?: boolean;
  readonly workers?: number | "auto";
}

/** `manymodel resume RUN`: continues an unfinished run. */
export function addResume(command: Command): void {
  command
    .option("--pinned", "continue with the run's own data, definition and options, even if they have changed")
    .option("--fork", "start a new run with the present data, definition and options, if they have changed")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .action(async (runId: string, options: ResumeOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const changes = options.pinned ? [] : await mm.runs.changes(runId);
        if (changes.length > 0 && !options.fork)
          throw new ManymodelError(
            "conflict",
            `run ${runId} has another plan: ${changes.join("; ")}. --pinned continues with the original plan, --fork starts a new run`,
          );
        const began = performance.now();
        const progress = await showProgress("training", RUN_STOPPED);
        const workers = typeof options.workers === "number" ? { workers: options.workers } : {};
        const settings = { ...workers, onProgress: progress.update };
        const work = changes.length > 0 ? mm.runs.fork(runId, settings) : mm.runs.resume(runId, settings);
        const run = await work.finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        const { succeeded, failed, skipped } = run.index;
        const failures = await failureGroups(mm.engine.tables, run.runId, failed);
        const title = changes.length > 0 ? `Run ${run.runId}, in place of ${runId}` : `Run ${runId}`;
        const text = [
          `${title}: ${run.manifest.partitions} partitions, ${succeeded} trained, ${failed} failed${skipped > 0 ? `, ${skipped} not started` : ""}, ${formatSeconds(seconds)}.`,
          ...failureLines(failures),
          ...(succeeded > 0 ? [`Next: manymodel register --run ${run.runId}`] : []),
        ].join("\n");
        return { json: { run: run.runId, succeeded, failed, skipped, seconds, changes, failures }, text };
      });
      print(report, options);
      if (report.json.succeeded === 0) process.exitCode = 1;
    });
}

/** `manymodel retry RUN`: trains what failed again. */
export function addRetry(command: Command): void {
  command
    .option("--run-id <id>", "the new run's id; by default the time")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .action(async (runId: string, options: CommonOptions & { runId?: string; workers?: number | "auto" }) => {
      const report = await withWorkspace(options, async (mm) => {
        const progress = await showProgress("training", RUN_STOPPED);
        const run = await mm.runs
          .retry(runId, {
            onProgress: progress.update,
            ...(options.runId !== undefined && { runId: options.runId }),
            ...(typeof options.workers === "number" && { workers: options.workers }),
          })
          .finally(progress.stop);
        const { succeeded, failed } = run.index;
        const failures = await failureGroups(mm.engine.tables, run.runId, failed);
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
