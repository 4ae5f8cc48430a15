import { type Command, Option } from "commander";
import type { LongCallOptions } from "../../api/run-context.ts";
import type { PromoteOptions } from "../../api/verbs/promote.ts";
import { GATE_METRICS } from "../../core/gate.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { NOTHING_WRITTEN } from "../interrupt.ts";
import { decimal, integer } from "../option.ts";
import { showProgress } from "../progress.ts";

interface PromoteCommandOptions extends CommonOptions, Omit<PromoteOptions, "version" | keyof LongCallOptions> {
  readonly modelVersion?: string;
}

/** The exit code where the gate holds a version back. */
export const HELD = 4;

/** `manymodel promote`: moves an alias to a new version, if that passes the gate. */
export function addPromote(command: Command): void {
  command
    .option("--model <model>", "the model; by default register.model")
    .option("--model-version <version>", "the new version; by default the newest")
    .option("--alias <alias>", "the alias; by default register.alias")
    .addOption(new Option("--metric <metric>", "the measure of errors; by default wape").choices(GATE_METRICS))
    .option("--at-most <ratio>", "the largest ratio to the version in use; 1.02", decimal)
    .option("--max-failed <n>", "largest number, or share, of partitions without a model; 0.01", decimal)
    .option("--max-outside <share>", "largest share of new observations outside the intervals; 0.5", decimal)
    .option("--holdout <n>", "number of last observations to forecast; by default train.holdout", integer(1))
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
