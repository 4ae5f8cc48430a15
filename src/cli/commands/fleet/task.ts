import type { Command } from "commander";
import { ManymodelError, show } from "../../../core/errors.ts";
import type { CommonOptions } from "../../command.ts";
import { integer } from "../../option.ts";

interface TaskOptions extends CommonOptions {
  readonly launch: string;
  readonly workers: number;
}

/** `manymodel task RUN`: what a fleet's machines run; which task it is, the fleet says by the environment. */
export function addTask(command: Command): void {
  command
    .requiredOption("--launch <name>", "the launch of the run that it belongs to")
    .option("--workers <n>", "chunks trained at the same time", integer(1), 1)
    .action(async (run: string, { config, launch, workers }: TaskOptions) => {
      const { runFleetTask } = await import("../../../api/verbs/task.ts");
      await runFleetTask(config, {
        run,
        launch,
        workers,
        task: environmentNumber("MANYMODEL_TASK"),
        attempt: environmentNumber("MANYMODEL_ATTEMPT"),
        onChunk: (line) => process.stderr.write(`${line}\n`),
      });
    });
}

function environmentNumber(name: string): number {
  const text = process.env[name] ?? "";
  if (!/^\d{1,10}$/.test(text) || Number(text) >= 2 ** 31)
    throw new ManymodelError("usage", `${name} is ${show(text)}; a fleet sets it to a whole number below 2^31`);
  return Number(text);
}
