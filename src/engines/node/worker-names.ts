import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Dots tell the parts of a worker's name apart. */
const HOST = hostname().replaceAll(".", "-");
let count = 0;
/** The workers of this process that have not ended. */
const alive = new Set<string>();

/** Returns a name for a worker of this process, by which other processes of this machine see whether it is gone. */
export function takeName(): string {
  const name = `${HOST}.${process.pid}.${++count}`;
  alive.add(name);
  return name;
}

/** Forgets the name of a worker of this process that has ended. */
export function dropName(name: string): void {
  alive.delete(name);
}

/**
 * Tells whether the worker of a name is known to have ended: it was one of this machine, and its process no longer
 * exists.
 */
export function isGone(name: string): boolean {
  const [host, pid] = [name.slice(0, HOST.length), Number(name.slice(HOST.length + 1).split(".")[0])];
  if (host !== HOST || !Number.isSafeInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return !alive.has(name);
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Tells whether a process has ended without its parent having asked for its exit code. In a container this is frequent.
 */
function isZombie(pid: number): boolean {
  try {
    // Linux's "pid (name) state …", where the name may have parentheses too.
    return /^.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
