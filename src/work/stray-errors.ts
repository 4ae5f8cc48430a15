import { setImmediate, setTimeout } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";
import { endNativeCalls } from "../ports/native-calls.ts";
import { type BodyOwner, bodyOwner } from "./body-owner.ts";

/**
 * Runs a body. An error that it leaves to nobody, such as that of a timer or of a rejection without a handler, rejects the
 * call while it lasts. Afterwards its owner takes it. The asynchronous context of the error tells whose it is.
 */
export function ownErrors<T>(body: () => T | Promise<T>, owner: BodyOwner): T | Promise<T> {
  const returned = bodyOwner.run(owner, body);
  if (!(returned instanceof Promise)) return returned;
  const { takeError } = owner;
  return new Promise<T>((resolve, reject) => {
    owner.takeError = reject;
    returned.then(resolve, reject);
  }).finally(() => {
    owner.takeError = takeError;
  });
}

/**
 * Hands errors that nobody caught to the body that left them, for as long as this thread lives. An error without a
 * known owner ends the thread, as it would without this, once its native calls have answered.
 */
export function catchStrayErrors(): void {
  let isEnding = false;
  const end = async (error: unknown) => {
    await endNativeCalls();
    throw error;
  };
  process.on("uncaughtException", (error) => {
    if (isEnding) throw error;
    const owner = bodyOwner.getStore();
    if (owner !== undefined) return owner.takeError(error);
    isEnding = true;
    // Its rejection comes back here.
    void end(error);
  });
}

const WAIT_MS = 5;
const MOST_WAITS = 200;

/** Counts the timers that keep this thread awake. */
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
