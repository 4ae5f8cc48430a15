import { type Command, Option } from "commander";
import type { LongCallOptions } from "../../api/run-context.ts";
import type { PromoteOptions } from "../../api/verbs/promote.ts";
import { GATE_METRICS } from "../../core/gate.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { NOTHING_WRITTEN } from "../interrupt.ts";
import { decimal, integer } from "../option.ts";
import { showProgress } from "../progress.ts";

interface PromoteCommandOptions extends CommonOptions, Omit<PromoteOptions, "version" | keyof LongCallOptions> {
  readonly modelVersion?: string;
}

/** The exit code where the gate holds a version back. */
export const HELD = 4;

/** `manymodel promote`: moves an alias to a new version, if that passes the gate. */
export function addPromote(program: Command): void {
  addCommand(program, "promote", "move an alias to a new version if it is no worse than the one in use (exit code 4)")
    .option("--model <model>", "the model; register.model when left out")
    .option("--model-version <version>", "the new version; the newest when left out")
    .option("--alias <alias>", "the alias; register.alias when left out")
    .addOption(new Option("--metric <metric>", "the measure of errors; wape when left out").choices(GATE_METRICS))
    .option("--at-most <ratio>", "the largest ratio to the version in use; 1.02", decimal)
    .option("--max-failed <n>", "how many partitions, or which share, may have no model; 0.01", decimal)
    .option("--max-outside <share>", "the share of new observations that may be outside the intervals; 0.5", decimal)
    .option("--holdout <n>", "how many last observations are forecast; train.holdout when left out", integer(1))
    .action(async (options: PromoteCommandOptions) => {
      const { config: _, json: __, modelVersion: version, ...asked } = options;
      const promotion = await withWorkspace(options, async (mm) => {
        const progress = await showProgress("comparing", NOTHING_WRITTEN);
        return mm
          .promote({
            ...asked,
            ...(version !== undefined && { version }),
            ...(progress.update !== undefined && { onProgress: progress.update }),
          })
          .finally(progress.stop);
      });
      print({ json: promotion, text: `${promotion.message}.` }, options);
      if (!promotion.promoted) process.exitCode = HELD;
    });
}
