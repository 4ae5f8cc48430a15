import { moduleUrl } from "../core/module-url.ts";
import type { EngineAddress } from "../ports/engine.ts";
import type { WorkerEntry } from "../ports/workers.ts";

/** Returns the program of every worker, wherever it is: `worker-entry`, with the address of the engine to open. */
export function workerEntry(address: EngineAddress, memoryMb?: number): WorkerEntry {
  return {
    ...(memoryMb !== undefined && { memoryMb }),
    module: moduleUrl("./worker-entry", import.meta.url),
    context: address,
  };
}
