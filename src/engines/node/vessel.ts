import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import { messageOf } from "../../core/errors.ts";
import { moduleUrl } from "../../core/module-url.ts";
import { countNativeCalls, endNativeCalls, endNativeCallsNow, type NativeCalls } from "../../ports/native-calls.ts";
import type { WorkerEntry } from "../../ports/workers.ts";
import type { Told } from "./worker-thread.ts";

/** A host of a worker's module: a thread of this process, or a process with such a thread in it. */
export interface Vessel {
  post(request: unknown): void;
  /** Has this process wait for the vessel, or not. */
  hold(isHeld: boolean): void;
  end(): Promise<void>;
}

/** A listener to the events of a vessel. */
export interface Listener {
  told(message: Told): void;
  /** Receives the end of the vessel, after which no message comes. */
  ended(why: string, details?: { readonly cause?: unknown; readonly outOfMemory?: boolean }): void;
}

const script = (name: string) => moduleUrl(`./${name}`, import.meta.url);

/** The native calls of each thread that has not ended. */
const living = new Set<NativeCalls>();
const endAllCalls = () => {
  for (const calls of living) endNativeCallsNow(calls);
};

/** Returns a thread of this process. */
export function startThread(entry: WorkerEntry, name: string, { told, ended }: Listener): Vessel {
  const calls = countNativeCalls();
  const thread = new Thread(script("worker-thread"), {
    workerData: { module: entry.module.href, context: entry.context, calls },
    name: `manymodel ${name}`,
    stdout: true,
    ...(entry.memoryMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: entry.memoryMb } }),
  });
  // Standard output belongs to the program's answer; what a body prints goes to standard error. A pipe each would have
  // Node warn of a leak from the eleventh thread on.
  thread.stdout.on("data", (printed) => process.stderr.write(printed));
  // A process that exits ends its threads.
  if (living.size === 0) process.on("exit", endAllCalls);
  living.add(calls);
  let crash: unknown;
  thread.on("message", told);
  thread.on("error", (error) => {
    crash = error;
  });
  thread.on("exit", (code) => {
    living.delete(calls);
    if (living.size === 0) process.removeListener("exit", endAllCalls);
    const outOfMemory = (crash as { code?: string } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    ended(crash === undefined ? `it exited with code ${code}` : messageOf(crash), { cause: crash, outOfMemory });
  });
  return {
    post: (request) => thread.postMessage(request),
    hold: (isHeld) => (isHeld ? thread.ref() : thread.unref()),
    async end() {
      await endNativeCalls(calls);
      await thread.terminate();
    },
  };
}

/** Returns a process of its own, which ends when this one does. */
export function startProcess(entry: WorkerEntry, name: string, { told, ended }: Listener): Vessel {
  const child = spawn(process.execPath, [fileURLToPath(script("worker-process"))], {
    stdio: ["ignore", process.stderr, process.stderr, "ipc"],
    serialization: "advanced",
  });
  let last: { readonly why: string; readonly outOfMemory: boolean } | undefined;
  child.on("message", (message: Told | { type: "lost"; why: string; outOfMemory: boolean }) => {
    if (message.type === "lost") last = message;
    else told(message);
  });
  const exited = new Promise<{ why: string; cause?: unknown }>((resolve) => {
    child.on("error", (cause) => resolve({ why: messageOf(cause), cause }));
    child.on("exit", (code, signal) =>
      resolve({ why: signal === null ? `its process exited with code ${code}` : `its process was ended by ${signal}` }),
    );
  });
  // What it said last may still be on the way when it has exited.
  const silent = new Promise<void>((resolve) => {
    child.on("disconnect", resolve);
    child.on("error", () => resolve());
  });
  void Promise.all([exited, silent]).then(([{ why, cause }]) =>
    ended(last?.why ?? why, { cause, outOfMemory: last?.outOfMemory ?? false }),
  );
  const post = (message: unknown) => {
    // A process that has ended meanwhile says so by its exit.
    child.send(message as object, () => {});
  };
  post({ name, module: entry.module.href, context: entry.context, memoryMb: entry.memoryMb });
  return {
    post,
    hold: (isHeld) => (isHeld ? child.ref() : child.unref()),
    async end() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
