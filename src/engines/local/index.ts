import path from "node:path";
import type { Catalog } from "../../ports/catalog.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Queue } from "../../ports/queue.ts";
import type { Roster } from "../../ports/roster.ts";
import type { StageAddress } from "../../ports/stage.ts";
import type { Versions } from "../../ports/versions.ts";
import { directoryStage } from "../../stages/directory.ts";
import { openStage, stageDirectory } from "../../stages/open.ts";
import { openDuck } from "../node/duck.ts";
import { readRow } from "../node/read-row.ts";
import { nodeWorkers } from "../node/workers.ts";
import { localCatalog } from "./catalog.ts";
import { type Database, NOW, openDatabase } from "./database.ts";
import { openFolders } from "./folders.ts";
import { checkStored } from "./integrity.ts";
import { localQueue } from "./queue.ts";
import { localRoster } from "./roster.ts";
import { localTables } from "./tables.ts";
import { localVersions } from "./versions.ts";

/** Options of opening a workspace. */
export interface LocalEngineOptions {
  /** Threads that DuckDB may use; each of several workers uses 1. */
  readonly threads?: number;
  /** The stage for artifacts, in place of the workspace. */
  readonly stage?: StageAddress;
}

/**
 * Opens a workspace: a directory that holds tables (Parquet), the stage (files), and queue, catalog and registry
 * (SQLite). Creates it if it does not exist. Several processes may have it open.
 *
 * @throws {ManymodelError} `config` if the directory cannot be used
 */
export async function openLocalEngine(workspace: string, options: LocalEngineOptions = {}): Promise<Engine> {
  const root = path.resolve(workspace);
  const address = options.stage;
  const directory = address === undefined ? path.join(root, "stage") : stageDirectory(address);
  const folders = openFolders(root, directory);
  const elsewhere = address !== undefined && directory === undefined ? openStage(address) : undefined;
  let opened: Database | undefined;
  const database = () => (opened ??= openDatabase(folders.database));
  const duck = openDuck(folders.temporary, options.threads === undefined ? {} : { threads: String(options.threads) });
  let queue: Queue | undefined;
  let catalog: Catalog | undefined;
  let versions: Versions | undefined;
  let roster: Roster | undefined;
  const workers = nodeWorkers();
  return {
    address: { engine: "local", workspace: root, ...(address !== undefined && { stage: address }) },
    ...localTables(database, duck, folders, elsewhere),
    // The database is opened when it is first asked for: worker threads never do.
    get queue() {
      return (queue ??= localQueue(database()));
    },
    get catalog() {
      return (catalog ??= localCatalog(database()));
    },
    get versions() {
      return (versions ??= localVersions(database()));
    },
    get roster() {
      return (roster ??= localRoster(database()));
    },
    stage: elsewhere ?? directoryStage(folders.stage),
    integrity: { check: (snapshot) => checkStored(database(), folders, snapshot) },
    workers,
    async describe() {
      const [facts] = database().prepare(`SELECT sqlite_version() AS version, ${NOW} AS clock`).all() as [
        { version: string; clock: number },
      ];
      const [duckdb] = await duck.use((connection) => readRow(connection, "SELECT version()"));
      const versions = { sqlite: facts.version, duckdb: String(duckdb) };
      return { versions, privileges: [], clock: facts.clock };
    },
    async close() {
      await workers.close();
      duck.close();
      opened?.close();
      opened = undefined;
    },
  };
}
