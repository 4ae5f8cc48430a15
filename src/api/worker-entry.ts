import { isMainThread } from "node:worker_threads";
import type { EngineAddress } from "../ports/engine.ts";
import { catchStrayErrors } from "../work/stray-errors.ts";
import { createWorker } from "../work/worker.ts";
import { openEngine } from "./open-engine.ts";

/** Starts a worker. One of several, its engine uses a single thread. */
export async function start(context: unknown): Promise<ReturnType<typeof createWorker>> {
  const engine = await openEngine(context as EngineAddress, { threads: 1 });
  // In the main thread, uncaught errors are for the program that runs there.
  if (!isMainThread) catchStrayErrors();
  if (engine.functions === undefined) return createWorker(engine);
  const { createFunctionWorker } = await import("../table-function/function-worker.ts");
  return createFunctionWorker(engine, engine.functions);
}
