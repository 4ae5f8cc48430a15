import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, messageOf } from "../core/errors.ts";

/** Makes the directory where executions write what they have to say. @throws {ManymodelError} `config` if it cannot be */
export async function makeLogs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ManymodelError("config", `cannot make the folder of logs ${folder}: ${messageOf(cause)}`, { cause });
  });
}

/** Returns the last line of each log in a folder that begins with a job's name; none where there is no such folder. */
export async function lastLines(folder: string, job: string): Promise<string> {
  const all = await readdir(folder).catch((): string[] => []);
  const names = all.filter((name) => name.startsWith(job) && !/^\d/.test(name.slice(job.length))).sort();
  const lines = names.map(async (name) => {
    const text = await readFile(path.join(folder, name), "utf8").catch(() => "");
    return `${name}: ${text.trim().split("\n").at(-1)}`;
  });
  return (await Promise.all(lines)).join("\n");
}
