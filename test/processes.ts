import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "manymodel";
import { onTestFinished } from "vitest";

/** The command line's program. */
export const BIN = fileURLToPath(new URL("../bin/manymodel.js", import.meta.url));

/** Starts `manymodel …` in a workspace's folder; killed after the test. */
export function start(mm: ManyModel, ...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: mm.config.directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended: once(child, "exit"), output: () => ({ stdout, stderr }) };
}

/**
 * Asks again and again until it is so.
 *
 * @param pauseMs - between two questions; longer where a question is a process
 */
export async function until(check: () => Promise<boolean>, pauseMs = 10): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
