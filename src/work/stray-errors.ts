import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate, setTimeout } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";
import type { WorkerEngine } from "../ports/worker-engine.ts";

/** Takes an error that a body threw where nobody could catch it. */
type TakeStray = (error: unknown) => void;

const owner = new AsyncLocalStorage<TakeStray>();

/**
 * Runs a body. An error that it leaves to nobody, such as that of a timer or of a rejection without a handler, rejects the
 * call while it lasts. Afterwards `late` takes it. The asynchronous context of the error tells whose it is.
 */
export function ownErrors<T>(body: () => T | Promise<T>, late: TakeStray): T | Promise<T> {
  let take = late;
  const returned = owner.run((error) => take(error), body);
  if (!(returned instanceof Promise)) return returned;
  return new Promise<T>((resolve, reject) => {
    take = reject;
    returned.then(resolve, reject);
  }).finally(() => {
    take = late;
  });
}

/**
 * Hands errors that nobody caught to the body that left them, for as long as this thread lives. An error without a
 * known owner ends the thread, as it would without this, once no call to the engine is under way: a native client that
 * answers to a thread that is no more ends the whole process.
 *
 * @returns the engine, whose calls are counted
 */
export function catchStrayErrors<Ports extends Pick<WorkerEngine, "source" | "output">>(engine: Ports): Ports {
  let underWay = 0;
  let isEnding = false;
  const counted =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> => {
      if (isEnding) return new Promise(() => {});
      underWay++;
      return call(...args).finally(() => underWay--);
    };
  const end = async (error: unknown) => {
    while (underWay > 0) await setTimeout(1);
    throw error;
  };
  process.on("uncaughtException", (error) => {
    if (isEnding) throw error;
    const take = owner.getStore();
    if (take !== undefined) return take(error);
    isEnding = true;
    // Its rejection comes back here.
    void end(error);
  });
  const { source, output } = engine;
  return Object.assign(engine, {
    source: { ...source, keys: counted(source.keys), locate: counted(source.locate), read: counted(source.read) },
    output: { ...output, published: counted(output.published), write: counted(output.write) },
  });
}

const WAIT_MS = 5;
const MOST_WAITS = 200;

/** How many timers keep this thread awake. */
const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/**
 * Watches for timers that bodies leave behind.
 *
 * @returns waits until they are over, at most a second, so that their errors come while their partitions can still fail
 */
export function watchTimers(): () => Promise<void> {
  const before = countTimers();
  return async () => {
    await setImmediate();
    // The main thread has timers of its own, and leaves uncaught errors to its program.
    if (isMainThread) return;
    for (let waits = 0; waits < MOST_WAITS && countTimers() > before; waits++) await setTimeout(WAIT_MS);
  };
}
