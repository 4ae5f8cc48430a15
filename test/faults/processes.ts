import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A `manymodel` process that leads a process group of its own. */
export interface Process {
  readonly args: readonly string[];
  readonly pid: number;
  /** Undefined while it runs; null if it was killed. */
  readonly code: () => number | null | undefined;
  readonly ended: Promise<void>;
  readonly stderr: () => string;
  /** Kills it and all that it started, at once. False if it had ended before. */
  kill(): Promise<boolean>;
}

/** Starts `manymodel …` in a folder. */
export function startProcess(
  bin: string,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Process {
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr!.on("data", (text) => (stderr = `${stderr}${text}`.slice(-4000)));
  let code: number | null | undefined;
  const ended = once(child, "exit").then(([exit]) => {
    code = exit as number | null;
  });
  return {
    args,
    pid: child.pid!,
    code: () => code,
    ended,
    stderr: () => stderr,
    async kill() {
      if (code !== undefined) return false;
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It ended meanwhile.
      }
      await ended;
      return code === null;
    },
  };
}
