import { isMainThread } from "node:worker_threads";
import { moduleUrl } from "../core/module-url.ts";
import type { EngineAddress } from "../ports/engine.ts";
import type { WorkerEntry } from "../ports/workers.ts";
import { catchStrayErrors } from "../work/stray-errors.ts";
import { createWorker } from "../work/worker.ts";
import { openEngine } from "./open-engine.ts";

/** Returns the program of every worker, wherever it is: this module, with the address of the engine to open. */
export function workerEntry(address: EngineAddress, memoryMb?: number): WorkerEntry {
  return {
    ...(memoryMb !== undefined && { memoryMb }),
    module: moduleUrl("./worker-entry", import.meta.url),
    context: address,
  };
}

/** Starts a worker. One of several, its engine uses a single thread. */
export async function start(context: unknown): Promise<ReturnType<typeof createWorker>> {
  const engine = await openEngine(context as EngineAddress, { threads: 1 });
  // In the main thread, uncaught errors are for the program that runs there.
  if (!isMainThread) catchStrayErrors();
  if (engine.functions === undefined) return createWorker(engine);
  const { createFunctionWorker } = await import("../table-function/function-worker.ts");
  return createFunctionWorker(engine, engine.functions);
}
