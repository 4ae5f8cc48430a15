import { mkdirSync } from "node:fs";
import path from "node:path";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Queue } from "../../ports/queue.ts";
import { localCatalog } from "./catalog.ts";
import { type Database, openDatabase } from "./database.ts";
import { openDuck } from "./duck.ts";
import { localQueue } from "./queue.ts";
import { localStage } from "./stage.ts";
import { localTables } from "./tables.ts";
import { localWorkers } from "./workers.ts";

/**
 * Opens a workspace: a directory that holds tables (Parquet), the stage (files), and queue, catalog and registry
 * (SQLite). Creates it if it is not there. Several processes may have it open.
 *
 * @param options.threads - threads that DuckDB may use; a worker, being one of several, uses 1
 * @throws {ManymodelError} `config` if the directory cannot be used
 */
export async function openLocalEngine(workspace: string, options: { threads?: number } = {}): Promise<Engine> {
  const root = path.resolve(workspace);
  const folders = {
    tables: path.join(root, "tables"),
    snapshots: path.join(root, "snapshots"),
    stage: path.join(root, "stage"),
    temporary: path.join(root, "tmp"),
  };
  try {
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ManymodelError("config", `cannot use the workspace ${root}: ${messageOf(cause)}`, { cause });
  }
  let opened: Database | undefined;
  const database = () => (opened ??= openDatabase(path.join(root, "manymodel.db")));
  const duck = openDuck(folders.temporary, options.threads === undefined ? {} : { threads: String(options.threads) });
  let queue: Queue | undefined;
  let catalog: Catalog | undefined;
  return {
    address: { engine: "local", workspace: root },
    tables: localTables(database, duck, folders),
    // The database is opened when it is first asked for: worker threads never do.
    get queue() {
      return (queue ??= localQueue(database()));
    },
    get catalog() {
      return (catalog ??= localCatalog(database()));
    },
    stage: localStage(folders.stage),
    workers: localWorkers(),
    async close() {
      duck.close();
      opened?.close();
      opened = undefined;
    },
  };
}
