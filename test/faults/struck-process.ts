import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** System calls by which a process changes what others see. */
const LASTING =
  "pwrite64,pwritev,rename,renameat,renameat2,link,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir,mkdirat,rmdir,sendto,sendmsg,writev";

/** At which system call a process is killed. */
export interface Stroke {
  /** The calls that count: those that change something that lasts, or `write`, which also wakes other threads. */
  readonly calls: "lasting" | "write";
  /** The first thread that comes to so many of them is killed as it begins the last, and its process with it. */
  readonly nth: number;
}

/** The end of a command. */
export interface Ended {
  readonly killed: boolean;
  readonly code: number | null;
  readonly stderr: string;
}

/** A process that has not ended after so long, in milliseconds, hangs. */
const LONGEST_MS = 180_000;

/** Returns the reason why no process can be killed at a system call here; undefined if one can. */
export function whyNoStrokes(): string | undefined {
  const { status } = spawnSync("strace", ["-qq", "-f", "-e", "trace=none", "true"]);
  return status === 0 ? undefined : "strace is not installed, or may not trace (apt-get install strace)";
}

/** Runs a Node.js program to its end, or to the stroke. */
export async function runStruck(
  args: readonly string[],
  options: {
    readonly folder: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly stroke?: Stroke;
  },
): Promise<Ended> {
  const { folder, environment, stroke } = options;
  const calls = stroke?.calls === "write" ? "write" : LASTING;
  const traced = ["-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", `trace=${calls}`];
  const struck =
    stroke === undefined ? [] : ["strace", ...traced, "-e", `inject=${calls}:signal=KILL:when=${stroke.nth}`];
  const [program, ...rest] = [...struck, process.execPath, ...args] as [string, ...string[]];
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr = `${stderr}${text}`.slice(-4000)));
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    process.kill(-child.pid!, "SIGKILL");
  }, LONGEST_MS);
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (hangs) return { killed: false, code, stderr: `it hangs; ${stderr}` };
  return { killed: signal === "SIGKILL", code, stderr };
}
