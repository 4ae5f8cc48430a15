import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import type { PipelineStep, StepReport } from "../../api/verbs/pipeline-run.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { STEPS_STOPPED } from "../interrupt.ts";
import { type ProgressDisplay, showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

/** `manymodel pipeline run`: everything the configuration says, skipping what has not changed. */
export function addPipeline(program: Command): void {
  const pipeline = program.command("pipeline").description("do everything that the configuration says");
  addCommand(pipeline, "run", "setup, train, refine, champions, register and batch; skips what has not changed")
    .option("--force", "do every step, whether its inputs have changed or not")
    .action(async (options: CommonOptions & { force?: boolean }) => {
      const steps = await withWorkspace(options, (mm) => runSteps(mm, options.force ?? false));
      const text = steps.map((report) => `${stepText(report)}.`).join("\n");
      print({ json: steps, text }, options);
    });
}

/** Runs a pipeline with its progress on standard error. */
export async function runSteps(mm: ManyModel, force: boolean): Promise<StepReport[]> {
  let display: ProgressDisplay | undefined;
  return mm.pipeline({
    force,
    async onBegin(step) {
      const label = LABELS[step];
      display = label === undefined ? undefined : await showProgress(label, STEPS_STOPPED);
      return display?.update;
    },
    onEnd(report) {
      display?.stop();
      process.stderr.write(`${stepText(report)}\n`);
    },
  });
}

const LABELS: { readonly [step in PipelineStep]?: string } = {
  train: "training",
  refine: "refining",
  batch: "scoring",
};

/** A step's outcome in one sentence, without its full stop. */
export function stepText({ step, skipped, seconds, result }: StepReport): string {
  return `${step}: ${SENTENCES[step](result)}${skipped ? " (nothing has changed)" : `, ${formatSeconds(seconds)}`}`;
}

const SENTENCES: Readonly<Record<PipelineStep, (result: StepReport["result"]) => string>> = {
  setup: ({ created }) => ((created as string[]).length > 0 ? `created ${created}` : "everything is there"),
  train: ({ run, succeeded, failed }) => `run ${run}, ${succeeded} models, ${failed} failed`,
  refine: ({ run, ranked, succeeded, failed, skipped }) =>
    `run ${run}, ${succeeded} of the ${ranked} worst, ${failed} failed, ${skipped} not begun`,
  champions: ({ run, metric, improved, before, after }) => {
    const { mean: was, median: wasMedian } = before as { mean: number; median: number };
    const { mean, median } = after as { mean: number; median: number };
    const better = `mean ${metric} ${was.toFixed(4)} → ${mean.toFixed(4)} (-${(100 * (1 - mean / was)).toFixed(2)} %), median ${wasMedian.toFixed(4)} → ${median.toFixed(4)}`;
    return `run ${run}, ${improved} improved, ${better}`;
  },
  register: ({ model, version, alias }) => `${model} ${version}${alias === undefined ? "" : ` as ${alias}`}`,
  batch: ({ ok, partitions, noModel, errors, outputTable }) =>
    `${ok} of ${partitions} scored into ${outputTable}, ${noModel} without a model, ${errors} errors`,
};
