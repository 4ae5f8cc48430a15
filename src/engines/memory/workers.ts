import { type Answer, type Worker, WorkerLost, type Workers } from "../../ports/workers.ts";

/** The names of workers, and the listener to their end. */
interface Names {
  take(): string;
  drop(name: string): void;
}

/** Numbers workers that no other process has to know. */
function numbered(): Names {
  let started = 0;
  return { take: () => `in-process-${++started}`, drop: () => {} };
}

/** A body may block the thread that would renew the lease, however long a breakpoint holds it. */
const LEASE_MS = 7 * 24 * 3_600_000;

/** Returns workers that run in the calling thread: for tests, and for developing a body with breakpoints and `console.log`. */
export function inProcessWorkers(names = numbered()): Workers {
  return {
    parallelism: 1,
    leaseMs: LEASE_MS,
    isGone: () => false,
    async start(entry): Promise<Worker> {
      const name = names.take();
      const { start } = (await import(entry.module.href)) as {
        start(context: unknown): Promise<Answer>;
      };
      const answer = await start(structuredClone(entry.context));
      let lose: ((lost: WorkerLost) => void) | undefined;
      let lost: WorkerLost | undefined;
      const end = async () => {
        names.drop(name);
        lost = new WorkerLost(`worker ${name} was lost: it was terminated`);
        lose?.(lost);
      };
      return {
        name,
        call: <Response>(request: unknown, onNote: (message: unknown) => void = () => {}) =>
          new Promise<Response>((resolve, reject) => {
            if (lost !== undefined) return reject(lost);
            lose = reject;
            answer(structuredClone(request), onNote).then(
              (response) => resolve(structuredClone(response) as Response),
              reject,
            );
          }),
        release: end,
        terminate: end,
      };
    },
    async close() {},
  };
}
