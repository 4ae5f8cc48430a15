import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import { nightState, type PipelineStep, type StepReport } from "../../api/verbs/pipeline-steps.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { printable } from "../../core/errors.ts";
import type { Expectation } from "../../refine/expectation.ts";
import { answer } from "../answer.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { expectationText } from "../expectation-text.ts";
import { STEPS_STOPPED } from "../interrupt.ts";
import { type ProgressDisplay, showProgress } from "../progress.ts";
import { formatSeconds } from "../table.ts";

/** Exit codes by the state of a night. A failure, which is thrown, has those of any command. */
const EXIT_CODES = { ok: 0, drift: 3, held: 4, failed: 1 } as const;

/** `manymodel pipeline run`: everything the configuration says, skipping what has not changed. */
export function addPipeline(pipeline: Command): void {
  addCommand(
    pipeline,
    "run",
    "import, train, monitor, refine, register, promote, batch, reconcile, export, notify; skips unchanged steps",
  )
    .option("--force", "run every step, even if its inputs have not changed")
    .action(async (options: CommonOptions & { force?: boolean }) => {
      // Lines for people are the answer itself, as they come; beside JSON they are progress.
      const say = options.json ? undefined : (line: string) => answer(`${printable(line)}.\n`);
      const steps = await withWorkspace(options, (mm) => runSteps(mm, options.force ?? false, say));
      if (options.json) print({ json: steps, text: "" }, options);
      process.exitCode = EXIT_CODES[nightState(steps)];
    });
}

/**
 * Runs a pipeline with its progress on standard error.
 *
 * @param say - receives the line of each step; standard error when left out
 */
export async function runSteps(
  mm: ManyModel,
  force: boolean,
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<StepReport[]> {
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
      say(stepText(report));
    },
  });
}

const LABELS: { readonly [step in PipelineStep]?: string } = {
  import: "importing",
  train: "training",
  monitor: "monitoring",
  refine: "refining",
  promote: "comparing",
  batch: "scoring",
  reconcile: "reconciling",
};

/** Returns a step's outcome in one sentence, without its full stop. */
export function stepText({ step, skipped, seconds, result }: StepReport): string {
  return `${step}: ${SENTENCES[step](result)}${skipped ? " (nothing has changed)" : `, ${formatSeconds(seconds)}`}`;
}

const SENTENCES: Readonly<Record<PipelineStep, (result: StepReport["result"]) => string>> = {
  setup: ({ created }) => ((created as string[]).length > 0 ? `created ${created}` : "everything is there"),
  import: ({ table, files, rows, replaced }) =>
    `${(files as string[]).length} new ${(files as string[]).length === 1 ? "file" : "files"}, ${rows} rows into ${table}${Number(replaced) > 0 ? ` in place of ${replaced}` : ""}`,
  train: ({ run, succeeded, failed }) => `run ${run}, ${succeeded} models, ${failed} failed`,
  monitor: ({ version, drift, watch, newEntries, webhook }) =>
    version === null
      ? "nothing was forecast yet"
      : `${version}: ${drift} drift, ${watch} watched, ${newEntries} forecasts met their observations${undelivered(webhook)}`,
  refine: ({ run, ranked, succeeded, failed, skipped }) =>
    `run ${run}, ${succeeded} of the ${ranked} worst, ${failed} failed, ${skipped} not started`,
  champions: ({ run, metric, improved, before, after, expectation }) => {
    const { mean: was, median: wasMedian } = before as { mean: number; median: number };
    const { mean, median } = after as { mean: number; median: number };
    const better = `mean ${metric} ${was.toFixed(4)} → ${mean.toFixed(4)} (-${(100 * (1 - mean / was)).toFixed(2)} %), median ${wasMedian.toFixed(4)} → ${median.toFixed(4)}`;
    const expected = (expectation ?? null) as Expectation | null;
    const words = expected === null ? "" : `. ${expectationText(String(metric), expected).join(" ")}`;
    return `run ${run}, ${improved} improved, ${better}${words}`;
  },
  register: ({ model, version, alias }) => `${model} ${version}${alias === undefined ? "" : ` as ${alias}`}`,
  promote: ({ message }) => String(message),
  batch: ({ ok, partitions, noModel, errors, ended = 0, outputTable }) =>
    `${ok} of ${partitions} scored into ${outputTable}, ${noModel} without a model, ${errors} errors${Number(ended) > 0 ? `, ${ended} ended` : ""}`,
  reconcile: ({ leaves, aggregates, leftOut, outputTable }) =>
    `${leaves} leaves and ${aggregates} sums into ${outputTable}, ${leftOut} left out`,
  export: ({ files }) =>
    (files as { table: string; to: string; rows: number }[])
      .map(({ table, to, rows }) => `${rows} rows of ${table} to ${to}`)
      .join(", "),
  notify: (delivery) => (delivery.delivered === true ? "the webhook was called" : `no call${undelivered(delivery)}`),
};

/** Describes a webhook's failed delivery; empty if it was delivered. */
function undelivered(delivery: PlainData | undefined): string {
  const { delivered, attempts, error } = (delivery ?? {}) as Record<string, unknown>;
  return delivered === false ? `; the webhook was not reached in ${attempts} attempts: ${error}` : "";
}
