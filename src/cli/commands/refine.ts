import { type Command, Option } from "commander";
import { print, withWorkspace } from "../command.ts";
import { RUN_STOPPED } from "../interrupt.ts";
import { autoOrCount, decimal, integer, TIE_HELP, wordList } from "../option.ts";
import { showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";
import { addChoice, type ChoiceOptions, choice } from "./rank.ts";

interface RefineOptions extends ChoiceOptions {
  readonly from?: string;
  readonly offenders?: boolean;
  readonly runId?: string;
  readonly timeBudget?: string;
  readonly hardDeadline?: string;
  readonly candidates?: string[];
  readonly windows?: number;
  readonly tie?: number;
  readonly model?: string;
  readonly workers?: number | "auto";
  readonly chunks?: number | "auto";
  readonly workerType?: "ephemeral" | "persistent";
}

/** `manymodel refine --from RUN`: a contest for each of a run's worst partitions, in queue mode. */
export function addRefine(command: Command): void {
  command
    .option("--from <run>", "the completed run to improve")
    .option("--offenders", "refine the partitions that the last monitoring found drifting, on present data")
    .option("--run-id <id>", "the new run's id; by default the time")
    .option("--time-budget <duration>", "start no chunk after this long, such as 10m")
    .option("--hard-deadline <duration>", "stop chunks that still run after this long")
    .option("--candidates <list>", "methods that compete, such as auto-arima,ets,theta,best", wordList)
    .option("--windows <n>", "origins from which each candidate forecasts; 3", integer(1))
    .option("--tie <share>", TIE_HELP, decimal)
    .option("--model <path>", "a definition of your own instead of the built-in contest")
    .option("--workers <n>", "worker threads, or auto", autoOrCount)
    .option("--chunks <n>", "number of chunks to split the run into, or auto", autoOrCount)
    .addOption(
      new Option("--worker-type <type>", "start workers, or use those that serve").choices(["ephemeral", "persistent"]),
    );
  addChoice(command).action(async (options: RefineOptions) => {
    const report = await withWorkspace(options, async (mm) => {
      const chosenBy = choice(options);
      // `--by wape` names a metric and its order in one.
      const by =
        chosenBy.by ?? (chosenBy.metric !== undefined && options.by !== undefined ? ("metric" as const) : undefined);
      const began = performance.now();
      const progress = await showProgress("refining", RUN_STOPPED);
      const { runId, index, manifest, ranking } = await mm
        .refine({
          ...chosenBy,
          ...(by !== undefined && { by }),
          onProgress: progress.update,
          ...(options.from !== undefined && { from: options.from }),
          ...(options.offenders !== undefined && { offenders: options.offenders }),
          ...(options.candidates !== undefined && { candidates: options.candidates }),
          ...(options.timeBudget !== undefined && { timeBudget: options.timeBudget }),
          ...(options.hardDeadline !== undefined && { hardDeadline: options.hardDeadline }),
          ...(options.windows !== undefined && { windows: options.windows }),
          ...(options.tie !== undefined && { tie: options.tie }),
          ...(options.model !== undefined && { definition: options.model }),
          ...(options.runId !== undefined && { runId: options.runId }),
          ...(typeof options.workers === "number" && { workers: options.workers }),
          ...(options.chunks !== undefined && { chunks: options.chunks }),
          ...(options.workerType !== undefined && { workerType: options.workerType }),
        })
        .finally(progress.stop);
      const seconds = (performance.now() - began) / 1000;
      const { succeeded, failed, skipped } = index;
      const from = ranking.runId;
      const text = [
        `Run ${runId}: ${ranking.ranked.length} partitions of ${from}, ${succeeded} refined, ${failed} failed, ${skipped} not started, ${formatSeconds(seconds)}.`,
        options.offenders
          ? `Next: manymodel model patch ${mm.config.register.model} --run ${runId}`
          : `Next: manymodel champions --runs ${from},${runId}`,
      ].join("\n");
      const { chunks } = manifest;
      return {
        json: {
          run: runId,
          from,
          metric: ranking.metric,
          ranked: ranking.ranked.length,
          chunks,
          succeeded,
          failed,
          skipped,
          seconds,
        },
        text,
      };
    });
    print(report, options);
  });
}
