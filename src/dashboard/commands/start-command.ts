import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "../../api/many-model.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { checkName } from "../../core/run.ts";
import { LOST_VALUE } from "../partitions/partition-search.ts";
import { logFolder, logName } from "./command-log.ts";

/** A request to start a command: one of the list, with the values that it takes. */
export interface StartRequest {
  readonly command: string;
  /** The completed run to improve (`refine`). */
  readonly run?: string | undefined;
  /** The number of partitions to improve, and the metric that ranks them (`refine`). */
  readonly worst?: number | undefined;
  readonly metric?: string | undefined;
  /** Values that the attributes of the partitions must have, by name; an empty text is NULL (`refine`). */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** The version to score or to promote (`score`, `promote`). */
  readonly version?: string | undefined;
  /** The model of the version, and the alias that moves to it if it passes the gate (`promote`). */
  readonly model?: string | undefined;
  readonly alias?: string | undefined;
}

/** A command that runs in a process of its own. */
export interface StartedCommand {
  /** The command as one types it. */
  readonly command: string;
  readonly pid: number;
  /** The file that it prints to, and the name by which the page shows it. */
  readonly log: string;
  readonly logName: string;
}

/** The program of the command line, beside the folder of this file. */
const PROGRAM = fileURLToPath(new URL("../../../bin/manymodel.js", import.meta.url));

/** The commands that may be started, and their arguments. Each value is checked and an argument of its own: there is no shell. */
const COMMANDS: Readonly<Record<string, (request: StartRequest) => string[]>> = {
  train: () => ["train"],
  refine: ({ run, worst, metric, attributes = {} }) => {
    if (run === undefined) throw new ManymodelError("usage", "refine needs the run to improve");
    return [
      ...["refine", "--from", checkName("run", run)],
      ...(metric === undefined ? [] : rankedBy(metric)),
      ...(worst === undefined ? [] : ["--worst", String(worst)]),
      ...(Object.keys(attributes).length === 0 ? [] : ["--where", conditionOf(attributes)]),
    ];
  },
  score: ({ version }) => [
    "batch",
    ...(version === undefined ? [] : ["--model-version", checkName("version", version)]),
  ],
  monitor: () => ["monitor"],
  promote: ({ model, version, alias }) => {
    if (model === undefined || version === undefined || alias === undefined)
      throw new ManymodelError("usage", "promote needs a model, a version and an alias");
    return [
      ...["promote", "--model", checkName("model", model), "--model-version", checkName("version", version)],
      ...["--alias", checkName("alias", alias)],
    ];
  },
};

/** Returns values of attributes as a condition of SQL. Names and values are quoted: neither can end the condition. */
function conditionOf(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => {
      const column = `"${name.replaceAll('"', '""')}"`;
      return value === "" ? `${column} IS NULL` : `CAST(${column} AS VARCHAR) = '${value.replaceAll("'", "''")}'`;
    })
    .join(" AND ");
}

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
  const folder = logFolder(directory);
  await mkdir(folder, { recursive: true });
  const name = logName(args[0] ?? "", now);
  const log = path.join(folder, name);
  const output = await open(log, "wx");
  try {
    const child = spawn(process.execPath, [PROGRAM, ...args, "--config", file], {
      cwd: directory,
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    await once(child, "spawn");
    child.unref();
    return { command: ["manymodel", ...args].join(" "), pid: child.pid ?? 0, log, logName: name };
  } finally {
    await output.close();
  }
}
