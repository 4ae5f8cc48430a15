import type { Command } from "commander";
import type { Estimate } from "../../pipeline/estimate.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatSeconds } from "../table.ts";

/** `manymodel plan`: what a run will take. */
export function addPlan(command: Command): void {
  command
    .option("--model <model>", "built-in method, or path of a model definition")
    .option("--sample <n>", "number of partitions to train", integer(1), 20)
    .action(async (options: CommonOptions & { model?: string; sample: number }) => {
      const { model, sample } = options;
      const estimate = await withWorkspace(options, (mm) => mm.plan(model, { sample }));
      print({ json: estimate, text: estimateText(estimate) }, options);
    });
}

function estimateText(e: Estimate): string {
  const mega = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  return [
    `${e.partitions} partitions in ${e.chunks} chunks, from a sample of ${e.sampled}${e.sampleFailed > 0 ? ` (${e.sampleFailed} failed)` : ""}:`,
    `  CPU time   ${formatSeconds(e.cpuSeconds)} (${formatSeconds(e.cpuSecondsLow)} to ${formatSeconds(e.cpuSecondsHigh)})`,
    `  wall time  ${formatSeconds(e.wallSeconds)} with ${e.workers} workers`,
    `  memory     ${mega(e.memoryBytes)}`,
    `  stage      ${mega(e.stageBytes)}`,
    ...(e.cost === null ? [] : [`  cost       ${e.cost.toPrecision(3)}`]),
    ...(e.credits ?? []).map(
      ({ mode, seconds, credits }) =>
        `  ${`compute: ${mode}`.padEnd(19)} ${credits.toPrecision(2)} credits, ${formatSeconds(seconds)}`,
    ),
  ].join("\n");
}
