import { isMainThread } from "node:worker_threads";
import type { Engine, EngineAddress } from "../ports/engine.ts";
import { catchStrayErrors } from "../work/stray-errors.ts";
import { createWorker } from "../work/worker.ts";
import { openEngine } from "./open-engine.ts";

/** Engines by the context that they were opened for: a thread that begins anew keeps its engine. */
const engines = new WeakMap<object, Promise<Engine>>();

/** Starts a worker. One of several, its engine uses a single thread. */
export async function start(context: unknown): Promise<ReturnType<typeof createWorker>> {
  const address = context as EngineAddress;
  const opened = engines.get(address) ?? openEngine(address, { threads: 1 });
  engines.set(address, opened);
  const engine = await opened;
  // In the main thread, uncaught errors are for the program that runs there.
  if (!isMainThread) catchStrayErrors();
  if (engine.functions === undefined) return createWorker(engine);
  const { createFunctionWorker } = await import("../table-function/function-worker.ts");
  return createFunctionWorker(engine, engine.functions);
}
