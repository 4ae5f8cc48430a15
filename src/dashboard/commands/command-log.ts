import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, show } from "../../core/errors.ts";
import type { CommandLog, CommandLogs } from "../wire-commands.ts";

/** The folder, beside the configuration, of the files that commands started by the dashboard print to. */
const FOLDER = "logs";
const MOST_FILES = 50;
/** The bytes of a file's end that the page shows. */
const MOST_BYTES = 64 * 1024;
/** A command and the time that it was started at. */
const NAME = /^([a-z]+)-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.log$/;

/** Returns the folder of the logs of a workspace. */
export const logFolder = (directory: string) => path.join(directory, FOLDER);

/** Returns the name of the log of a command that starts now. */
export const logName = (command: string, now: Date) => `${command}-${now.toISOString().replace(/[:.]/g, "-")}.log`;

/** Lists the logs of a workspace, the newest first. */
export async function commandLogs(directory: string): Promise<CommandLogs> {
  const names = await readdir(logFolder(directory)).catch(() => []);
  const logs = names.flatMap((name) => {
    const startedAt = startOf(name);
    return startedAt === undefined ? [] : [{ name, command: name.split("-")[0] ?? "", startedAt }];
  });
  return { logs: logs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, MOST_FILES) };
}

/** Returns the end of a log. @throws {ManymodelError} `not-found` for a name that no log has */
export async function commandLog(directory: string, name: string): Promise<CommandLog> {
  const file = path.join(logFolder(directory), name);
  const startedAt = startOf(name);
  const size = startedAt === undefined ? undefined : (await stat(file).catch(() => undefined))?.size;
  if (startedAt === undefined || size === undefined)
    throw new ManymodelError("not-found", `there is no log ${show(name)} of a command that the dashboard started`);
  const from = Math.max(0, size - MOST_BYTES);
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return { name, startedAt, bytes: size, isWhole: from === 0, text: buffer.toString("utf8", 0, bytesRead) };
  } finally {
    await handle.close();
  }
}

/** Returns the time at which the command of a log was started, in ISO 8601; undefined for another file. */
function startOf(name: string): string | undefined {
  const [, , day, hour, minute, second, millisecond] = NAME.exec(name) ?? [];
  return day === undefined ? undefined : `${day}T${hour}:${minute}:${second}.${millisecond}Z`;
}
