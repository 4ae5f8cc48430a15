import { availableParallelism } from "node:os";
import { ManymodelError } from "../../core/errors.ts";
import { currentActivity } from "../../ports/activity.ts";
import { type Worker, WorkerLost, type Workers } from "../../ports/workers.ts";
import { startProcess, startThread } from "./vessel.ts";
import { dropName, isGone, takeName } from "./worker-names.ts";
import type { Asked, Told } from "./worker-thread.ts";

/** Returns workers as threads of this process or, isolated, as processes. */
export function nodeWorkers(): Workers {
  return {
    parallelism: availableParallelism(),
    isGone,
    start: (entry) =>
      new Promise<Worker>((resolve, reject) => {
        const name = takeName();
        let pending:
          | { resolve: (response: never) => void; reject: (error: Error) => void; onNote: (message: unknown) => void }
          | undefined;
        let lost: WorkerLost | undefined;
        const settle = () => {
          const waiting = pending;
          pending = undefined;
          return waiting;
        };
        const vessel = (entry.isolated ? startProcess : startThread)(entry, name, {
          told(message) {
            if (message.type === "ready") resolve(worker);
            else if (message.type === "note") pending?.onNote(message.said);
            else if (message.type === "response") settle()?.resolve(message.value as never);
            else settle()?.reject(revive(message));
          },
          ended(why, details) {
            dropName(name);
            lost = new WorkerLost(`worker ${name} was lost: ${why}`, details);
            settle()?.reject(lost);
            reject(lost);
          },
        });
        const worker: Worker = {
          name,
          call: (request, onNote = () => {}) =>
            new Promise((resolve, reject) => {
              if (lost !== undefined) return reject(lost);
              pending = { resolve: resolve as (response: never) => void, reject, onNote };
              vessel.post({ request, activity: currentActivity() } satisfies Asked);
            }),
          terminate: () => vessel.end(),
        };
      }),
  };
}

/** Returns an error thrown in a worker, with its class restored where callers tell classes apart. */
function revive({ kind, message, stack }: Extract<Told, { type: "error" }>): Error {
  const error = kind === null ? new Error(message) : new ManymodelError(kind, message);
  if (stack !== null) error.stack = stack;
  return error;
}
