import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { at } from "../core/aligned.ts";
import { type Fleet, FORGOTTEN } from "../ports/fleet.ts";
import { lastLines, makeLogs } from "./logs.ts";
import { shellLine } from "./shell.ts";

/** Options of starting processes of this machine. */
export interface ProcessOptions {
  /** The call of `manymodel`: a program and its first arguments. */
  readonly command: readonly string[];
  /** The folder of their logs, with a folder for each job. */
  readonly logs: string;
}

/**
 * Returns processes of this machine, which go on when this one ends. Only the one that started a job knows how it stands and
 * can end it; to others it is forgotten.
 */
export function processFleet({ command, logs }: ProcessOptions): Fleet {
  const jobs = new Map<string, readonly ChildProcess[]>();
  return {
    launcher: "process",
    kinds: ["workers"],
    dependencies: false,
    describe: ({ count, args }) => `${shellLine([...command, ...args])}  # ${count} times\n`,
    async launch({ name, count, args }) {
      const folder = path.join(logs, name);
      await makeLogs(folder);
      const id = `${new Date().toISOString().replace(/[:.]/g, "")}-${randomBytes(2).toString("hex")}`;
      const children = Array.from({ length: count }, (_, i) => {
        const log = openSync(path.join(folder, `worker-${id}_${i}.log`), "a");
        const child = spawn(at(command, 0), [...command.slice(1), ...args], {
          detached: true,
          stdio: ["ignore", log, log],
        });
        closeSync(log);
        // A program that cannot be started counts as one that has failed.
        child.on("error", () => {});
        child.unref();
        return child;
      });
      jobs.set(id, children);
      return id;
    },
    async status(id) {
      const children = jobs.get(id);
      if (children === undefined) return FORGOTTEN;
      const running = children.filter(isRunning).length;
      const succeeded = children.filter(({ exitCode }) => exitCode === 0).length;
      return { ...FORGOTTEN, running, succeeded, failed: children.length - running - succeeded };
    },
    async cancel(id) {
      for (const child of jobs.get(id) ?? []) if (isRunning(child)) child.kill("SIGTERM");
    },
    logs: (name, id) => lastLines(path.join(logs, name), `worker-${id}`),
  };
}

const isRunning = ({ pid, exitCode, signalCode }: ChildProcess) =>
  pid !== undefined && exitCode === null && signalCode === null;
