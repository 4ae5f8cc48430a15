import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "../../api/many-model.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { checkName } from "../../core/run.ts";
import { LOST_VALUE } from "../partitions/partition-search.ts";

/** A request to start a command: one of the list, with the values that it takes. */
export interface StartRequest {
  readonly command: string;
  /** The completed run to improve (`refine`). */
  readonly run?: string | undefined;
  /** The number of partitions to improve, and the metric that ranks them (`refine`). */
  readonly worst?: number | undefined;
  readonly metric?: string | undefined;
  /** The version to score (`score`). */
  readonly version?: string | undefined;
}

/** A command that runs in a process of its own. */
export interface StartedCommand {
  /** The command as one types it. */
  readonly command: string;
  readonly pid: number;
  /** The file that it prints to. */
  readonly log: string;
}

/** The program of the command line, beside the folder of this file. */
const PROGRAM = fileURLToPath(new URL("../../../bin/manymodel.js", import.meta.url));

/** The commands that may be started, and their arguments. Each value is checked and an argument of its own: there is no shell. */
const COMMANDS: Readonly<Record<string, (request: StartRequest) => string[]>> = {
  train: () => ["train"],
  refine: ({ run, worst, metric }) => {
    if (run === undefined) throw new ManymodelError("usage", "refine needs the run to improve");
    return [
      ...["refine", "--from", checkName("run", run)],
      ...(metric === undefined ? [] : rankedBy(metric)),
      ...(worst === undefined ? [] : ["--worst", String(worst)]),
    ];
  },
  score: ({ version }) => [
    "batch",
    ...(version === undefined ? [] : ["--model-version", checkName("version", version)]),
  ],
  monitor: () => ["monitor"],
};

/** Returns the options that rank partitions as the page does. */
const rankedBy = (metric: string) =>
  metric === LOST_VALUE ? ["--by", "value"] : ["--by", "metric", "--metric", checkName("metric", metric)];

/**
 * Returns the arguments of a command of the list.
 *
 * @throws {ManymodelError} `usage` for a command that is not on the list, or a value that is no name
 */
export function commandArguments(request: StartRequest): string[] {
  const make = Object.hasOwn(COMMANDS, request.command) ? COMMANDS[request.command] : undefined;
  if (make === undefined)
    throw new ManymodelError(
      "usage",
      `${show(request.command)} cannot be started here; it must be one of ${Object.keys(COMMANDS).join(", ")}`,
    );
  return make(request);
}

/**
 * Starts a command in a process of its own, which goes on when this process ends. Its output goes to a file beside the
 * configuration.
 *
 * @param args - as `commandArguments` returns them
 */
export async function startCommand(
  { file, directory }: ManyModel["config"],
  args: readonly string[],
  now: Date,
): Promise<StartedCommand> {
  const folder = path.join(directory, "logs");
  await mkdir(folder, { recursive: true });
  const log = path.join(folder, `${args[0]}-${now.toISOString().replace(/[:.]/g, "-")}.log`);
  const output = await open(log, "wx");
  try {
    const child = spawn(process.execPath, [PROGRAM, ...args, "--config", file], {
      cwd: directory,
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    await once(child, "spawn");
    child.unref();
    return { command: ["manymodel", ...args].join(" "), pid: child.pid ?? 0, log };
  } finally {
    await output.close();
  }
}
