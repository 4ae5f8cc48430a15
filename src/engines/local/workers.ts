import { availableParallelism, hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { type Worker, WorkerLost, type Workers } from "../../ports/workers.ts";
import type { FromThread } from "./worker-thread.ts";

const THREAD = new URL(`./worker-thread${fileURLToPath(import.meta.url).slice(-3)}`, import.meta.url);
/** Dots tell the parts of a worker's name apart. */
const HOST = hostname().replaceAll(".", "-");
let started = 0;

/** Workers as threads of this process. */
export function localWorkers(): Workers {
  return {
    parallelism: availableParallelism(),
    isGone(name) {
      const [host, pid] = [name.slice(0, HOST.length), Number(name.slice(HOST.length + 1).split(".")[0])];
      if (host !== HOST || !Number.isSafeInteger(pid) || pid <= 0) return false;
      try {
        process.kill(pid, 0);
        return false;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ESRCH";
      }
    },
    start: (entry) =>
      new Promise<Worker>((resolve, reject) => {
        const name = `${HOST}.${process.pid}.${++started}`;
        const thread = new Thread(THREAD, {
          workerData: { module: entry.module.href, context: entry.context },
          name: `manymodel ${name}`,
          stdout: true,
          ...(entry.memoryMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: entry.memoryMb } }),
        });
        // Standard output belongs to the program's answer; what a body prints goes to standard error.
        thread.stdout.pipe(process.stderr, { end: false });
        let pending:
          | { resolve: (response: never) => void; reject: (error: Error) => void; onNote: (said: unknown) => void }
          | undefined;
        let lost: WorkerLost | undefined;
        let crash: unknown;
        const settle = () => {
          const waiting = pending;
          pending = undefined;
          return waiting;
        };
        thread.on("message", (message: FromThread) => {
          if (message.type === "ready") resolve(worker);
          else if (message.type === "note") pending?.onNote(message.said);
          else if (message.type === "response") settle()?.resolve(message.value as never);
          else settle()?.reject(revive(message));
        });
        thread.on("error", (error) => {
          crash = error;
        });
        thread.on("exit", (code) => {
          const why = crash === undefined ? `it exited with code ${code}` : messageOf(crash);
          const outOfMemory = (crash as { code?: string } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
          lost = new WorkerLost(`worker ${name} was lost: ${why}`, { cause: crash, outOfMemory });
          settle()?.reject(lost);
          reject(lost);
        });
        const worker: Worker = {
          name,
          call: (request, onNote = () => {}) =>
            new Promise((resolve, reject) => {
              if (lost !== undefined) return reject(lost);
              pending = { resolve: resolve as (response: never) => void, reject, onNote };
              thread.postMessage(request);
            }),
          async terminate() {
            await thread.terminate();
          },
        };
      }),
  };
}

/** An error thrown in a thread, with its class restored where callers tell classes apart. */
function revive({ kind, message, stack }: Extract<FromThread, { type: "error" }>): Error {
  const error = kind === null ? new Error(message) : new ManymodelError(kind, message);
  if (stack !== null) error.stack = stack;
  return error;
}
