import { type Command, Option } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureGroups, failureLines } from "../failures.ts";
import { autoOrCount } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

interface TrainOptions extends CommonOptions {
  readonly runId?: string;
  readonly mode?: "tasks" | "local";
  readonly model?: string;
  readonly workers?: number | "auto";
  readonly chunks?: number | "auto";
}

/** `manymodel train`: one model per partition of the configured source. */
export function addTrain(program: Command): void {
  addCommand(program, "train", "train one model per partition of the source")
    .option("--run-id <id>", "the run's id; made from the time when left out")
    .addOption(new Option("--mode <mode>", "tasks, or local to run in this process").choices(["tasks", "local"]))
    .option("--model <model>", "built-in method, or path of a model definition")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .option("--chunks <n>", "into how many chunks to split the run, or auto", autoOrCount)
    .action(async (options: TrainOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const { configuredModel } = await import("../../api/configured-model.ts");
        const model = options.model ?? mm.config.model;
        const { definition, exports } = await configuredModel(mm, model);
        const began = performance.now();
        const progress = await showProgress("training");
        const { runId, manifest, index } = await mm
          .foreachPartition(mm.config.train.model_key_arg)
          .dopar(definition, {
            exports,
            onProgress: progress.update,
            ...(options.mode !== undefined && { mode: options.mode }),
            ...(options.runId !== undefined && { modelRunId: options.runId }),
            ...(typeof options.workers === "number" && { workers: options.workers }),
            ...(options.chunks !== undefined && { chunksPerJob: options.chunks }),
          })
          .finally(progress.stop);
        const seconds = (performance.now() - began) / 1000;
        const failures = index.failed > 0 ? await failureGroups(mm.engine.tables, runId) : [];
        const { partitions, chunks } = manifest;
        const json = {
          run: runId,
          partitions,
          chunks,
          succeeded: index.succeeded,
          failed: index.failed,
          seconds,
          failures,
        };
        const text = [
          `Run ${runId}: ${partitions} partitions in ${chunks} chunks, ${index.succeeded} trained, ${index.failed} failed, ${formatSeconds(seconds)}.`,
          ...failureLines(failures),
          ...(index.succeeded > 0 ? [`Next: manymodel register --run ${runId}`] : []),
        ].join("\n");
        return { json, text };
      });
      print(report, options);
      if (report.json.succeeded === 0) process.exitCode = 1;
    });
}
