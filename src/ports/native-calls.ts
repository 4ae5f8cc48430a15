import { setTimeout } from "node:timers/promises";

/**
 * Calls of a thread to native code that answers later, counted where other threads see them. If a thread ends before
 * such an answer, the answer ends the whole process: "terminate called after throwing an instance of 'Napi::Error'".
 */
export type NativeCalls = Int32Array<SharedArrayBuffer>;

/** The places of what is counted: calls under way, and whether the thread is to end. */
const UNDER_WAY = 0;
const IS_ENDING = 1;

/** Counts for a thread that is to be started. */
export function countNativeCalls(): NativeCalls {
  return new Int32Array(new SharedArrayBuffer(8));
}

let counted = countNativeCalls();

/** Counts this thread's calls where the thread that started it sees them. */
export function shareNativeCalls(shared: NativeCalls): void {
  counted = shared;
}

/** Makes a native call, or several in turn. Never answers once this thread is to end. */
export async function callNative<T>(work: () => Promise<T>): Promise<T> {
  // First counted, then looked: whoever ends the thread does it the other way round, so that one of the two notices.
  Atomics.add(counted, UNDER_WAY, 1);
  const isEnding = Atomics.load(counted, IS_ENDING) !== 0;
  try {
    if (!isEnding) return await work();
  } finally {
    Atomics.sub(counted, UNDER_WAY, 1);
    Atomics.notify(counted, UNDER_WAY);
  }
  return new Promise(() => {});
}

/** Most that is waited for calls under way: a thread whose own code never returns does not take their answers. */
const LONGEST_MS = 60_000;
const LOOK_MS = 1;

/** Lets a thread, this one if none is named, make no further call, and waits for those under way. */
export async function endNativeCalls(calls: NativeCalls = counted): Promise<void> {
  Atomics.store(calls, IS_ENDING, 1);
  for (let waited = 0; waited < LONGEST_MS && Atomics.load(calls, UNDER_WAY) > 0; waited += LOOK_MS)
    await setTimeout(LOOK_MS);
}

/** Does the same at once, for a process that exits: it blocks this thread. */
export function endNativeCallsNow(calls: NativeCalls): void {
  Atomics.store(calls, IS_ENDING, 1);
  for (let left = Atomics.load(calls, UNDER_WAY); left > 0; left = Atomics.load(calls, UNDER_WAY))
    if (Atomics.wait(calls, UNDER_WAY, left, LONGEST_MS) === "timed-out") return;
}
