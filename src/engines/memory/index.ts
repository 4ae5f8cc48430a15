import type { Engine } from "../../ports/engine.ts";
import { memoryCatalog } from "./catalog.ts";
import { memoryQueue } from "./queue.ts";
import { memoryRoster } from "./roster.ts";
import { memoryStage } from "./stage.ts";
import { memoryTables } from "./tables.ts";
import { memoryVersions } from "./versions.ts";
import { inProcessWorkers } from "./workers.ts";

const engines = new Map<string, Engine>();

/**
 * Returns an engine without files, processes or a database: the reference implementation of the ports, for tests. The
 * same id gives the same engine while it is open.
 */
export function memoryEngine(id: string, now: () => number = Date.now): Engine {
  const existing = engines.get(id);
  if (existing !== undefined) return existing;
  const engine: Engine = {
    address: { engine: "memory", id },
    ...memoryTables(),
    queue: memoryQueue(now),
    roster: memoryRoster(now),
    stage: memoryStage(),
    catalog: memoryCatalog(),
    versions: memoryVersions(),
    workers: inProcessWorkers(),
    async close() {
      engines.delete(id);
    },
  };
  engines.set(id, engine);
  return engine;
}
